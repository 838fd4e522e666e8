import EnvoyAPI
import SwiftProtobuf
import Testing

@testable import TrafficModel

struct FilterChainTests {
    private func listener(_ chains: [String], more: String = "") throws -> Envoy_Config_Listener_V3_Listener {
        let all = chains.enumerated().map { index, match in
            """
            {"name": "c\(index)", "filterChainMatch": \(match), "filters": [\(Fixture.tcp("a"))]}
            """
        }
        return try Fixture.listener(
            """
            {"name": "l", "address": {"socketAddress": {"address": "0.0.0.0", "portValue": 443}},
             "filterChains": [\(all.joined(separator: ", "))] \(more)}
            """)
    }

    private func tables(_ chains: [String], more: String = "") throws -> TrafficTables {
        try Fixture.compile(
            ResourceSet(listeners: [listener(chains, more: more)], clusters: [Fixture.fixedCluster("a")]))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var chains: [String]
        var destination = "10.1.2.3"
        var port: UInt16 = 443
        var source = "192.0.2.9"
        var sourcePort: UInt16 = 5000
        var tls = false
        var sni = ""
        var alpn: [String] = []
        var detected = ConnectionFacts.DetectedProtocol.none
        var expected: String?

        var testDescription: String { "\(chains) \(sni) -> \(expected ?? "none")" }
    }

    static let names = [
        #"{"serverNames": ["a.example.com"]}"#, #"{"serverNames": ["*.example.com"]}"#, #"{"serverNames": ["*.com"]}"#,
        #"{}"#,
    ]
    static let protocols = [
        #"{"transportProtocol": "raw_buffer", "applicationProtocols": ["http/1.1", "h2c"]}"#,
        #"{"transportProtocol": "tls", "applicationProtocols": ["h2"]}"#, #"{"transportProtocol": "tls"}"#,
    ]
    static let addresses = [
        #"{"prefixRanges": [{"addressPrefix": "10.0.0.0", "prefixLen": 8}]}"#,
        #"{"prefixRanges": [{"addressPrefix": "10.1.0.0", "prefixLen": 16}], "serverNames": ["x"]}"#,
        #"{"serverNames": ["y"]}"#,
    ]
    static let sources = [
        #"{"sourceType": "SAME_IP_OR_LOOPBACK"}"#,
        #"{"sourcePrefixRanges": [{"addressPrefix": "192.0.2.0", "prefixLen": 24}], "sourcePorts": [7]}"#,
        #"{"sourcePrefixRanges": [{"addressPrefix": "192.0.0.0", "prefixLen": 16}]}"#, #"{"destinationPort": 444}"#,
    ]

    @Test(arguments: [
        Case(chains: names, tls: true, sni: "a.example.com", expected: "c0"),
        Case(chains: names, tls: true, sni: "A.EXAMPLE.com", expected: "c0"),
        Case(chains: names, tls: true, sni: "b.example.com", expected: "c1"),
        Case(chains: names, tls: true, sni: "x.y.example.com", expected: "c1"),
        Case(chains: names, tls: true, sni: "example.com", expected: "c2"),
        Case(chains: names, tls: true, sni: "com", expected: "c3"),
        Case(chains: names, expected: "c3"),
        Case(chains: protocols, detected: .http11, expected: "c0"),
        Case(chains: protocols, detected: .h2c, expected: "c0"),
        Case(chains: protocols, detected: .http10, expected: nil),
        Case(chains: protocols, tls: true, alpn: ["http/1.1", "h2"], expected: "c1"),
        Case(chains: protocols, tls: true, alpn: ["http/1.1"], expected: "c2"),
        // Envoy never goes back: the longer prefix is taken, its server name fails.
        Case(chains: addresses, tls: true, sni: "x", expected: "c1"),
        Case(chains: addresses, tls: true, sni: "z", expected: nil),
        Case(chains: addresses, destination: "10.9.9.9", tls: true, sni: "y", expected: "c0"),
        Case(chains: addresses, destination: "11.9.9.9", tls: true, sni: "y", expected: "c2"),
        Case(chains: sources, source: "127.0.0.1", expected: "c0"),
        Case(chains: sources, source: "10.1.2.3", expected: "c0"),
        Case(chains: sources, sourcePort: 7, expected: "c1"),
        Case(chains: sources, source: "192.0.3.1", expected: "c2"),
        Case(chains: sources, sourcePort: 8, expected: nil),
        Case(chains: sources, port: 444, expected: "c3"),
    ])
    func theMostSpecificChainIsTakenInEnvoysOrder(_ item: Case) throws {
        let tables = try tables(item.chains)
        let chosen = try choose(tables, item)
        #expect(chosen == item.expected)
    }

    private func choose(_ tables: TrafficTables, _ item: Case) throws -> String? {
        var facts = ConnectionFacts(
            destination: try #require(IPAddress(item.destination)), port: item.port,
            source: try #require(IPAddress(item.source)), sourcePort: item.sourcePort)
        facts.transportProtocol = item.tls ? .tls : .rawBuffer
        facts.detected = item.detected
        let wire = item.alpn.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        return item.sni.withBuffer { sni in
            wire.withUnsafeBufferPointer { alpn in
                facts.sni = sni
                facts.offeredProtocols = alpn
                let decision = tables.decide(facts, on: 0, random: 0)
                return decision.chain < 0 ? nil : tables.chain(of: decision).name.string
            }
        }
    }

    @Test func theDefaultChainTakesWhatNoOtherDoes() throws {
        let more = """
            , "defaultFilterChain": {"name": "rest", "filters": [\(Fixture.tcp("a"))]}
            """
        let tables = try tables([#"{"serverNames": ["a"]}"#], more: more)
        #expect(try choose(tables, Case(chains: [], tls: true, sni: "b")) == "rest")
        #expect(try choose(tables, Case(chains: [], tls: true, sni: "a")) == "c0")
    }

    @Test(arguments: [
        ["{}", "{}"], [#"{"serverNames": ["a"]}"#, #"{"serverNames": ["b", "a"]}"#],
        [#"{"serverNames": ["w*.a"]}"#], [#"{"addressSuffix": "1.2"}"#],
    ])
    func listenersThatEnvoyRefusesAreRefused(chains: [String]) throws {
        let (tables, rejections) = TrafficTables.compile(ResourceSet(listeners: [try listener(chains)]))
        #expect(rejections.count == 1)
        #expect(tables.listeners.count == 0)
    }

    @Test func randomChainsAgreeWithANaiveSearch() throws {
        var generator = SeededGenerator(state: 11)
        var compared = 0
        for _ in 0..<300 {
            let chains = (0..<Int.random(in: 1...6, using: &generator)).map { _ in NaiveChain.random(&generator) }
            let (tables, rejections) = TrafficTables.compile(
                ResourceSet(listeners: [try listener(chains.map(\.json))], clusters: [Fixture.fixedCluster("a")]))
            if !rejections.isEmpty { continue }
            for _ in 0..<30 {
                let item = NaiveChain.connection(&generator)
                let expected = NaiveChain.choose(chains, item).map { "c\($0)" }
                #expect(try choose(tables, item) == expected, "\(chains.map(\.json)) \(item)")
                compared += 1
            }
        }
        #expect(compared > 1000)
    }
}

/// Envoy's choice of a filter chain, by elimination over a list.
struct NaiveChain {
    var port: UInt16 = 0
    var prefix: (String, Int)?
    var name = ""
    var transport = ""
    var application = ""
    var source: (String, Int)?

    var json: String {
        var fields: [String] = []
        if port != 0 { fields.append(#""destinationPort": \#(port)"#) }
        if let prefix {
            fields.append(#""prefixRanges": [{"addressPrefix": "\#(prefix.0)", "prefixLen": \#(prefix.1)}]"#)
        }
        if !name.isEmpty { fields.append(#""serverNames": ["\#(name)"]"#) }
        if !transport.isEmpty { fields.append(#""transportProtocol": "\#(transport)""#) }
        if !application.isEmpty { fields.append(#""applicationProtocols": ["\#(application)"]"#) }
        if let source {
            fields.append(#""sourcePrefixRanges": [{"addressPrefix": "\#(source.0)", "prefixLen": \#(source.1)}]"#)
        }
        return "{\(fields.joined(separator: ", "))}"
    }

    static func random(_ generator: inout SeededGenerator) -> NaiveChain {
        func often<T>(_ values: [T], _ nothing: T) -> T {
            Bool.random(using: &generator) ? nothing : values.randomElement(using: &generator) ?? nothing
        }
        return NaiveChain(
            port: often([443, 444], 0), prefix: often([("10.0.0.0", 8), ("10.1.0.0", 16), ("10.1.2.3", 32)], nil),
            name: often(["a.b.c", "*.b.c", "*.c", "b.c"], ""), transport: often(["tls", "raw_buffer"], ""),
            application: often(["h2", "http/1.1"], ""), source: often([("192.0.0.0", 16), ("192.0.2.0", 24)], nil))
    }

    static func connection(_ generator: inout SeededGenerator) -> FilterChainTests.Case {
        func pick<T>(_ values: [T], _ other: T) -> T { values.randomElement(using: &generator) ?? other }
        return FilterChainTests.Case(
            chains: [], destination: pick(["10.1.2.3", "10.1.9.9", "10.9.9.9", "11.1.1.1"], ""),
            port: pick([443, 444, 445], 0), source: pick(["192.0.2.9", "192.0.3.9", "203.0.113.1"], ""),
            tls: Bool.random(using: &generator), sni: pick(["a.b.c", "x.b.c", "b.c", "z.c", "", "d"], ""),
            alpn: pick([[], ["h2"], ["http/1.1", "h2"]], []))
    }

    static func choose(_ chains: [NaiveChain], _ item: FilterChainTests.Case) -> Int? {
        var left = Array(chains.enumerated())
        func narrow(_ ranks: (NaiveChain) -> Int?) {
            let ranked = left.compactMap { entry in ranks(entry.element).map { ($0, entry) } }
            guard let best = ranked.map(\.0).max() else {
                left = []
                return
            }
            left = ranked.filter { $0.0 == best }.map(\.1)
        }
        func inside(_ range: (String, Int)?, _ address: String) -> Int? {
            guard let range else { return -1 }
            guard let base = IPAddress(range.0), let own = IPAddress(address) else { return nil }
            return AddressRange(base, prefixLength: range.1).contains(own) ? range.1 : nil
        }
        narrow { $0.port == 0 ? 0 : $0.port == item.port ? 1 : nil }
        narrow { inside($0.prefix, item.destination) }
        narrow {
            if $0.name.isEmpty { return 0 }
            if $0.name == item.sni { return 1000 }
            guard $0.name.hasPrefix("*") else { return nil }
            let suffix = $0.name.dropFirst()
            return item.sni.count > suffix.count && item.sni.hasSuffix(suffix) ? suffix.count : nil
        }
        narrow { $0.transport.isEmpty ? 0 : $0.transport == (item.tls ? "tls" : "raw_buffer") ? 1 : nil }
        narrow {
            if $0.application.isEmpty { return 0 }
            return item.alpn.firstIndex(of: $0.application).map { 100 - $0 }
        }
        narrow { inside($0.source, item.source) }
        return left.first?.offset
    }
}
