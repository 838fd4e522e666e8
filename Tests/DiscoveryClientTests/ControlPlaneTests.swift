import EnvoyAPI
import Testing

@testable import DiscoveryClient

@Suite struct ControlPlaneTests {
    private func parse(
        type: String = "DELTA_GRPC", address: String = #""socket_address": {"address": "127.0.0.1", "port_value": 15010}"#,
        socket: String = "", cluster: String = "xds"
    ) throws -> ControlPlane? {
        let json = """
            {"node": {"id": "p"}, "dynamic_resources": {"ads_config": {"api_type": "\(type)", "transport_api_version": "V3",
              "grpc_services": [{"envoy_grpc": {"cluster_name": "\(cluster)"}, "initial_metadata": [{"key": "k", "value": "v"}]}]},
              "cds_config": {"ads": {}}, "lds_config": {"ads": {}}},
             "static_resources": {"clusters": [{"name": "xds", "type": "STATIC"\(socket), "load_assignment": {"cluster_name": "xds",
               "endpoints": [{"lb_endpoints": [{"endpoint": {"address": {\(address)}}}]}]}}]}}
            """
        return try ControlPlane(EnvoyJSON.decode(Envoy_Config_Bootstrap_V3_Bootstrap.self, from: json))
    }

    private func tls(_ context: String) -> String {
        """
        , "transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": {
          "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext", \(context)}}
        """
    }

    @Test func `Address, protocol and headers are the bootstrap's`() throws {
        let plane = try #require(try parse())
        #expect(plane.target == .ipv4("127.0.0.1", port: 15010))
        #expect(plane.variant == .delta)
        #expect(plane.headers.map(\.name) == ["k"])
        #expect(plane.repeatsNode)
        #expect(plane.security == nil)
        #expect(try parse(type: "GRPC")?.variant == .stateOfTheWorld)
        #expect(try parse(address: #""pipe": {"path": "/run/xds"}"#)?.target == .path("/run/xds"))
        #expect(try parse(address: #""socket_address": {"address": "istiod.istio-system", "port_value": 1}"#)?.target == .name("istiod.istio-system", port: 1))
        #expect(try parse(address: #""socket_address": {"address": "::1", "port_value": 1}"#)?.target == .ipv6("::1", port: 1))
    }

    @Test func `TLS with client certificate, roots and a name`() throws {
        let socket = tls("""
            "sni": "istiod", "common_tls_context": {
              "tls_certificates": [{"certificate_chain": {"filename": "/c"}, "private_key": {"filename": "/k"}}],
              "validation_context": {"trusted_ca": {"filename": "/r"}, "match_typed_subject_alt_names": [
                {"san_type": "DNS", "matcher": {"exact": "istiod"}}]}}
            """)
        let security = try #require(try parse(socket: socket)?.security)
        #expect(security == ControlPlane.Security(
            roots: .file("/r"), serverName: "istiod", verifiesName: true, certificate: .file("/c"), key: .file("/k")))
    }

    @Test(arguments: [
        (#""common_tls_context": {"validation_context": {"match_typed_subject_alt_names": [{"san_type": "DNS", "matcher": {"exact": "a"}}]}}"#, "trusted_ca"),
        (#""sni": "a", "common_tls_context": {"validation_context": {"trusted_ca": {"filename": "/r"}, "match_typed_subject_alt_names": [{"san_type": "DNS", "matcher": {"exact": "b"}}]}}"#, "match_typed_subject_alt_names"),
        (#""common_tls_context": {"validation_context": {"trusted_ca": {"filename": "/r"}, "match_typed_subject_alt_names": [{"san_type": "URI", "matcher": {"exact": "b"}}]}}"#, "match_typed_subject_alt_names"),
        (#""common_tls_context": {"validation_context_sds_secret_config": {"name": "r"}}"#, "SDS"),
    ])
    func `TLS that can't be kept is refused, not weakened`(context: String, word: String) throws {
        let fault = #expect(throws: ControlPlane.Fault.self) { try parse(socket: tls(context)) }
        #expect(fault?.description.contains(word) == true)
    }

    @Test func `What can't be talked to is named`() throws {
        #expect(throws: ControlPlane.Fault.self) { try parse(type: "REST") }
        #expect(throws: ControlPlane.Fault.self) { try parse(cluster: "other") }
    }

    @Test func `Waits grow to a limit and spread out`() {
        var backoff = Backoff()
        let longest = (0..<10).map { _ in backoff.next(random: .max) }
        #expect(longest[0] > .milliseconds(499) && longest[0] <= .milliseconds(500))
        #expect(longest[1] > .milliseconds(999) && longest[1] <= .seconds(1))
        #expect(longest[9] > .seconds(29) && longest[9] <= .seconds(30))
        #expect(backoff.next(random: 0) == .zero)
        backoff.reset()
        #expect(backoff.next(random: .max) <= .milliseconds(500))
    }
}
