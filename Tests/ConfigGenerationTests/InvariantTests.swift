import ConfigGeneration
import EnvoyAPI
import Foundation
import MeshAPI
import ServiceRegistry
import SwiftProtobuf
import Testing

/// Whatever objects live together, the result is something that Envoy takes:
/// one bad neighbour never spoils the rest.
@Suite("Every mix of objects gives resources that Envoy takes")
struct InvariantTests {
    private static func mixes(count: Int) throws -> [[MeshObject]] {
        let cases = try GoldenCase.all.map { name in
            ObjectReader.read(
                yaml: try String(
                    contentsOf: GoldenCase(name).folder.appendingPathComponent("config.yaml"), encoding: .utf8),
                file: name
            ).objects
        }
        var random = Sequence64(state: 7)
        return (0..<count).map { round in
            (0..<6).flatMap { pick -> [MeshObject] in
                cases[Int(random.next() % UInt64(cases.count))].map { object in
                    var object = object
                    object.metadata.name += "-\(round)-\(pick)"
                    return object
                }
            }
        }
    }

    private static let proxies = [
        ProxyIdentity(ips: ["10.0.0.1"]),
        ProxyIdentity(ips: ["10.0.0.1", "2001:db8::1"], metadata: ["DNS_CAPTURE": "true"]),
        ProxyIdentity(type: .router, namespace: "istio-system", labels: ["istio": "egressgateway"], ips: ["10.0.0.9"]),
    ]

    @Test(arguments: proxies)
    func nothingIsNamedOrMatchedTwice(_ proxy: ProxyIdentity) throws {
        for objects in try Self.mixes(count: 60) {
            let resources = ConfigGenerator(snapshot: MeshSnapshot(objects: objects, mesh: MeshConfig()))
                .generate(for: proxy).resources
            let origin = objects.map(\.reference.description).joined(separator: ", ")
            #expect(Set(resources.names).count == resources.names.count, "\(origin)")
            for listener in resources.listeners { check(listener, origin) }
            for routes in resources.routes { check(routes, origin) }
        }
    }

    private func check(_ listener: Envoy_Config_Listener_V3_Listener, _ origin: String) {
        var seen: Set<String> = []
        for chain in listener.filterChains {
            let match = chain.filterChainMatch
            let ranges = match.prefixRanges.isEmpty
                ? [""] : match.prefixRanges.map { AddressRange("\($0.addressPrefix)/\($0.prefixLen.value)")?.canonical ?? "?" }
            for range in ranges {
                for name in match.serverNames.isEmpty ? [""] : match.serverNames {
                    let key = "\(match.destinationPort.value) \(range) \(name) \(match.transportProtocol) \(match.applicationProtocols)"
                    #expect(seen.insert(key).inserted, "\(listener.name) matches \(key) twice: \(origin)")
                }
            }
            #expect(!chain.filters.isEmpty, "\(listener.name): \(origin)")
        }
    }

    private func check(_ routes: Envoy_Config_Route_V3_RouteConfiguration, _ origin: String) {
        let names = routes.virtualHosts.map { $0.name.lowercased() }
        #expect(Set(names).count == names.count, "\(routes.name): \(origin)")
        let domains = routes.virtualHosts.flatMap(\.domains).map { $0.lowercased() }
        #expect(Set(domains).count == domains.count, "\(routes.name): \(origin)")
        #expect(routes.virtualHosts.allSatisfy { !$0.domains.isEmpty })
    }

    private struct Sequence64: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 31
        }
    }
}
