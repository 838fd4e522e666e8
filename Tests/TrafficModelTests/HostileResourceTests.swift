import EnvoyAPI
import Foundation
import SwiftProtobuf
import Testing

@testable import TrafficModel

/// A control plane that sends nonsense must never bring a proxy down.
struct HostileResourceTests {
    private func resources() throws -> ResourceSet {
        try ResourceSet(
            listeners: [
                Fixture.httpListener(
                    filters: [AccessRulesTests.filter],
                    extra: #", "normalizePath": true, "upgradeConfigs": [{"upgradeType": "websocket"}]"#),
                Fixture.listener(
                    """
                    {"name": "t", "address": {"socketAddress": {"address": "10.0.0.1", "portValue": 443}}, "filterChains": [
                      {"filterChainMatch": {"serverNames": ["*.a.b", "c.d"], "prefixRanges": [{"addressPrefix": "10.0.0.0", "prefixLen": 8}],
                        "applicationProtocols": ["h2"], "sourcePorts": [1, 2]}, "filters": [\(Fixture.tcp("a"))]},
                      {"filterChainMatch": {"transportProtocol": "tls"}, "filters": [\(Fixture.tcp("b"))]}]}
                    """),
            ],
            clusters: [
                Fixture.fixedCluster("a"),
                Fixture.cluster(
                    """
                    {"name": "b", "type": "STRICT_DNS", "transportSocket": {"name": "t", "typedConfig": {"@type": "\(ClusterTests.context)",
                      "sni": "x", "commonTlsContext": {"alpnProtocols": ["h2"]}}},
                      "loadAssignment": {"clusterName": "b", "endpoints": [{"lbEndpoints": [{"endpoint": {"address": {"socketAddress": {"address": "h", "portValue": 1}}}}]}]}}
                    """),
            ],
            routes: [
                Fixture.routes(
                    """
                    {"name": "80", "ignorePortInHostMatching": true, "virtualHosts": [
                      {"name": "v", "domains": ["*.a", "b.*", "c"], "routes": [
                        {"match": {"safeRegex": {"regex": "/a(b|c)*[d-f]{2,3}"}, "headers": [{"name": "x", "rangeMatch": {"start": "1", "end": "5"}}]},
                         "route": {"cluster": "a", "regexRewrite": {"pattern": {"regex": "(a+)(b?)"}, "substitution": "\\\\2\\\\1"}}},
                        {"match": {"prefix": "/r"}, "redirect": {"prefixRewrite": "/s", "portRedirect": 1}},
                        {"match": {"prefix": "/"}, "requestHeadersToAdd": [{"header": {"key": "k", "value": "%REQ(a?b):3%"}}],
                         "route": {"weightedClusters": {"clusters": [{"name": "a", "weight": 1}, {"name": "b", "weight": 2}]}, "prefixRewrite": "/z"}}]}]}
                    """)
            ])
    }

    private func mutated<M: Message>(_ message: M, _ generator: inout SeededGenerator) throws -> M? {
        var bytes: [UInt8] = try message.serializedBytes()
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0...3, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes[place] &+= 1
            case 2: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF, 0x2A, 0x28, 0x5C][Int.random(in: 0...7, using: &generator)]
            default: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &generator)
            }
        }
        return try? M(serializedBytes: bytes)
    }

    @Test func damagedResourcesAreTakenOrRefused() throws {
        var generator = SeededGenerator(state: 42)
        let good = try resources()
        var tables = TrafficTables.compile(good).tables
        var decided = 0
        for _ in 0..<4000 {
            var change = ResourceSet()
            if let listener = try mutated(good.listeners[Int.random(in: 0...1, using: &generator)], &generator) {
                change.listeners = [listener]
            }
            if let cluster = try mutated(good.clusters[Int.random(in: 0...1, using: &generator)], &generator) {
                change.clusters = [cluster]
            }
            if let routes = try mutated(good.routes[0], &generator) { change.routes = [routes] }
            tables = tables.applying(ResourceChange(updated: change)).tables
            decided += exercise(tables, &generator)
            if tables.listeners.count > 50 { tables = TrafficTables.compile(good).tables }
        }
        #expect(decided > 4000)
    }

    private func exercise(_ tables: TrafficTables, _ generator: inout SeededGenerator) -> Int {
        var decided = 0
        for index in tables.listeners.occupied.suffix(3) {
            var facts = ConnectionFacts(destination: IPAddress(v4: 0x0A00_0001), port: 443)
            facts.transportProtocol = Bool.random(using: &generator) ? .tls : .rawBuffer
            facts.detected = .http11
            let random = UInt64.random(in: 0...UInt64.max, using: &generator)
            let connection = tables.decide(facts, on: index, random: random)
            guard connection.handling == .http else { continue }
            let path = ["/abcde", "/r/x?q=1", "/zz//../%2e", "*"].randomElement(using: &generator) ?? "/"
            let request = RequestText(
                path: path, authority: "x.a:80", headers: [RequestText.Header("x", "3"), RequestText.Header("a", "vvvv")])
            request.withView { view in
                let decision = tables.decide(view, on: connection, facts: facts, random: random)
                decided += 1
                guard decision.route >= 0 else { return }
                let context = FormatContext(facts: facts, request: view)
                _ = ByteWriter.string { writer in
                    if decision.cluster >= 0 {
                        tables.writePath(decision, context, into: &writer)
                        tables.writeAuthority(decision, context, endpointHostname: FlatText(), into: &writer)
                    } else if decision.status / 100 == 3 {
                        tables.writeLocation(decision, context, into: &writer)
                    }
                    let layers = tables.requestMutations(decision)
                    for layer in 0..<layers.count {
                        for mutation in layers[layer] { tables.writeValue(mutation.value, context, into: &writer) }
                    }
                }
            }
        }
        return decided
    }

    @Test(arguments: [
        "(?:(?:(?:(?:){1000}){1000}){1000}){1000}", "(?:(?:(?:)*)*)*", String(repeating: "(", count: 500),
        String(repeating: "a?", count: 3000), "[^\\x00-\\x{10FFFF}]", "(((((a{9}){9}){9}){9}){9}){9}",
        String(repeating: "[a-z]{0,9}", count: 300),
    ])
    func hostilePatternsCompileOrFailSoon(pattern: String) {
        let started = ContinuousClock.now
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        if let program = try? RegexProgram(pattern, in: arena) {
            "aaaa".withBuffer { _ = program.matchesWhole($0) }
        }
        // Generous: what must not happen takes hours.
        #expect(ContinuousClock.now - started < .seconds(20))
    }
}
