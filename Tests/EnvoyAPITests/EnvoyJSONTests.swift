import EnvoyAPI
import SwiftProtobuf
import Testing

@Suite struct EnvoyJSONTests {
    static let cluster = """
        {"name":"outbound|443||api.example.com","type":"STRICT_DNS","connectTimeout":"10s",\
        "dnsRefreshRate":"60s","lbPolicy":"LEAST_REQUEST","transportSocket":{"name":"tls",\
        "typedConfig":{"@type":"type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",\
        "sni":"api.example.com"}}}
        """

    @Test func `typed configuration survives a round trip`() throws {
        let cluster = try EnvoyJSON.decode(
            Envoy_Config_Cluster_V3_Cluster.self, from: Self.cluster)
        let context = try cluster.transportSocket.typedConfig.unpack(
            as: Envoy_Extensions_TransportSockets_Tls_V3_UpstreamTlsContext.self)
        #expect(context.sni == "api.example.com")
        #expect(cluster.connectTimeout.seconds == 10)
        let again = try EnvoyJSON.decode(
            Envoy_Config_Cluster_V3_Cluster.self, from: EnvoyJSON.encode(cluster))
        #expect(again == cluster)
        let original = try EnvoyJSON.encode(cluster, fieldNames: .original)
        #expect(original.contains(#""dns_refresh_rate":"60s""#))
        #expect(
            try EnvoyJSON.decode(Envoy_Config_Cluster_V3_Cluster.self, from: original) == cluster)
    }

    @Test(arguments: [
        #"{"name":"a","nmae":"b"}"#,
        #"{"transportSocket":{"name":"t","typedConfig":{"@type":"type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext","sin":"x"}}}"#,
        #"{"transportSocket":{"name":"t","typedConfig":{"@type":"type.googleapis.com/no.such.Type"}}}"#,
    ])
    func `what isn't understood is an error, however deep`(json: String) {
        #expect(throws: (any Error).self) {
            try EnvoyJSON.decode(Envoy_Config_Cluster_V3_Cluster.self, from: json)
        }
    }

    @Test func `a lenient reader passes over the unknown and keeps unknown types`() throws {
        let json = """
            {"name":"a","nmae":"b","transportSocket":{"name":"t","typedConfig":\
            {"@type":"type.googleapis.com/no.such.Type","depth":{"x":1}}}}
            """
        let cluster = try EnvoyJSON.decodeLeniently(
            Envoy_Config_Cluster_V3_Cluster.self, from: json)
        #expect(cluster.name == "a")
        let kept = try cluster.transportSocket.typedConfig.unpack(
            as: Xds_Type_V3_TypedStruct.self)
        #expect(kept.typeURL == "type.googleapis.com/no.such.Type")
        #expect(kept.value.fields["depth"]?.structValue.fields["x"]?.numberValue == 1)
    }

    @Test func `packing gives the same bytes for the same content`() throws {
        func table() -> Istio_Networking_Nds_V1_NameTable {
            .with { table in
                for index in 0..<50 { table.table["h\(index).example"] = .with { $0.ips = ["240.240.0.\(index)"] } }
            }
        }
        let first = Google_Protobuf_Any(packing: table())
        let second = Google_Protobuf_Any(packing: table())
        #expect(first.value == second.value)
        #expect(first.typeURL == EnvoyTypeURL.nameTable.rawValue)
        #expect(try first.unpackIfMatching(Envoy_Config_Cluster_V3_Cluster.self) == nil)
        #expect(try first.unpack(as: Istio_Networking_Nds_V1_NameTable.self) == table())
    }

    @Test func `fields this module doesn't know survive binary decoding`() throws {
        // Field 1 "a", then field 19000-odd with a string: a later Envoy's.
        let bytes: [UInt8] = [0x0a, 0x01, 0x61, 0xca, 0xbb, 0x09, 0x01, 0x62]
        let cluster = try Envoy_Config_Cluster_V3_Cluster(serializedBytes: bytes)
        let again: [UInt8] = try cluster.serializedBytes()
        #expect(cluster.name == "a")
        #expect(again == bytes)
    }
}
