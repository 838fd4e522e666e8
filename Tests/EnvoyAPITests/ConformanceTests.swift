import EnvoyAPI
import Foundation
import SwiftProtobuf
import Testing

/// Runs over recorded control-plane output when PETREL_CONFORMANCE names a
/// directory with `xds/NAME/xds.json`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["PETREL_CONFORMANCE"] != nil))
struct ConformanceTests {
    static var files: [String] {
        guard let root = ProcessInfo.processInfo.environment["PETREL_CONFORMANCE"] else { return [] }
        let cases = (try? FileManager.default.contentsOfDirectory(atPath: root + "/xds")) ?? []
        return cases.sorted().map { root + "/xds/" + $0 + "/xds.json" }
    }

    @Test(arguments: files)
    func `every recorded resource is read strictly and printed with the same meaning`(
        file: String
    ) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: file))
        let tree = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let proxies = try #require(tree["proxies"] as? [Any])
        var count = 0
        for proxy in proxies {
            for (kind, list) in try #require(proxy as? [String: Any]) {
                for resource in Self.resources(list) {
                    let json = try String(
                        decoding: JSONSerialization.data(withJSONObject: resource), as: UTF8.self)
                    guard let again = try Self.roundTrip(kind: kind, json: json) else { continue }
                    count += 1
                    let printed = try JSONSerialization.jsonObject(with: Data(again.utf8))
                    #expect(
                        Self.normalized(printed) as? NSObject
                            == Self.normalized(resource) as? NSObject,
                        "\(kind): \(json)\n\(again)")
                }
            }
        }
        #expect(count > 0)
    }

    static func resources(_ value: Any) -> [Any] {
        let list = (value as? [Any]) ?? (value as? [String: Any]).map { Array($0.values) } ?? []
        return list.map(strip)
    }

    static func roundTrip(kind: String, json: String) throws -> String? {
        switch kind {
        case "cds", "clusters":
            try EnvoyJSON.encode(EnvoyJSON.decode(Envoy_Config_Cluster_V3_Cluster.self, from: json))
        case "lds", "listeners":
            try EnvoyJSON.encode(
                EnvoyJSON.decode(Envoy_Config_Listener_V3_Listener.self, from: json))
        case "rds", "routes":
            try EnvoyJSON.encode(
                EnvoyJSON.decode(Envoy_Config_Route_V3_RouteConfiguration.self, from: json))
        case "eds", "endpoints":
            try EnvoyJSON.encode(
                EnvoyJSON.decode(Envoy_Config_Endpoint_V3_ClusterLoadAssignment.self, from: json))
        default: nil
        }
    }

    /// Takes out what is Istio's own: filters that only its Envoy has.
    static func strip(_ node: Any) -> Any {
        if let array = node as? [Any] {
            return array.filter { !isIstio($0) }.map(strip)
        }
        guard let object = node as? [String: Any] else { return node }
        return object.mapValues(strip)
    }

    static func isIstio(_ node: Any) -> Bool {
        guard let object = node as? [String: Any],
            let config = object["typedConfig"] as? [String: Any],
            let type = config["@type"] as? String
        else { return false }
        return type.contains("/istio.")
    }

    /// The same JSON but for what has several spellings: an explicit default
    /// inside a message is the same as none.
    static func normalized(_ node: Any) -> Any {
        if let array = node as? [Any] { return array.map(normalized) }
        if let object = node as? [String: Any] { return object.mapValues(normalized) }
        return node
    }
}
