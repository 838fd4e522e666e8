import EnvoyAPI
import Testing

@testable import TrafficModel

struct DomainTests {
    private func table(_ domains: [[String]]) throws -> (DomainTable, Arena) {
        let arena = Arena()
        return (try DomainTable(domains, in: arena), arena)
    }

    @Test(arguments: [
        ("a.example.com", 0), ("A.Example.COM", 0), ("b.example.com", 1), ("x.b.example.com", 1), (".example.com", 5),
        ("deep.sub.example.com", 2), ("sub.example.com", 1), ("www.other", 3), ("www.", 5), ("www.x", 3),
        ("nothing", 5), ("", 5), ("example.com", 5), ("foo-bar.io", 4), ("-bar.io", 5),
    ])
    func theMostSpecificDomainWins(host: String, index: Int32) throws {
        let (table, arena) = try table([
            ["a.example.com"], ["*.example.com"], ["*.sub.example.com"], ["www.*"], ["*-bar.io"], ["*"],
        ])
        host.withBuffer { #expect(table.lookup($0) == index) }
        withExtendedLifetime(arena) {}
    }

    @Test(arguments: [[["a", "a"]], [["a"], ["A"]], [["*"], ["*"]], [["*.x", "*.x"]]])
    func domainsThatOccurTwiceAreRefused(domains: [[String]]) {
        #expect(throws: CompileError.self) { try DomainTable(domains, in: Arena()) }
    }

    @Test func randomDomainsAgreeWithANaiveSearch() throws {
        var generator = SeededGenerator(state: 3)
        let labels = ["a", "b", "ab", "example"]
        func name() -> String {
            (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                labels.randomElement(using: &generator) ?? "a"
            }.joined(separator: ".")
        }
        for _ in 0..<200 {
            var domains = Set<String>()
            for _ in 0..<12 {
                switch Int.random(in: 0...5, using: &generator) {
                case 0: domains.insert("*.\(name())")
                case 1: domains.insert("\(name()).*")
                case 2: domains.insert("*")
                case 3: domains.insert("*\(name())")
                default: domains.insert(name())
                }
            }
            let list = domains.sorted()
            let (table, arena) = try table(list.map { [$0] })
            for _ in 0..<60 {
                let host = name()
                host.withBuffer { #expect(table.lookup($0) == naive(host, list), "\(host) in \(list)") }
            }
            withExtendedLifetime(arena) {}
        }
    }

    private func naive(_ host: String, _ domains: [String]) -> Int32 {
        func best(_ fits: (String) -> Int?) -> Int? {
            domains.enumerated().compactMap { index, domain in fits(domain).map { ($0, index) } }
                .max { $0.0 < $1.0 }?.1
        }
        let found =
            best { $0 == host ? 0 : nil }
            ?? best { $0.count > 1 && $0.hasPrefix("*") && host.hasSuffix($0.dropFirst()) && host.count >= $0.count ? $0.count : nil }
            ?? best { $0.count > 1 && $0.hasSuffix("*") && host.hasPrefix($0.dropLast()) && host.count >= $0.count ? $0.count : nil }
            ?? best { $0 == "*" ? 0 : nil }
        return found.map(Int32.init) ?? -1
    }

    @Test(arguments: [
        ("example.com:8080", true, "80"), ("example.com", true, "80"), ("example.com:8080", false, nil),
        ("[::1]:80", true, "v6"), ("[::1]", true, "v6"),
    ] as [(String, Bool, String?)])
    func portsInHostAreIgnoredWhenAsked(host: String, ignores: Bool, expected: String?) throws {
        let tables = try Fixture.compile(
            ResourceSet(
                listeners: [Fixture.httpListener()], clusters: [Fixture.fixedCluster("a")],
                routes: [
                    Fixture.routes(
                        """
                        {"name": "80", "ignorePortInHostMatching": \(ignores), "virtualHosts": [
                          {"name": "80", "domains": ["example.com"], "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "a"}}]},
                          {"name": "v6", "domains": ["[::1]"], "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "a"}}]}]}
                        """)
                ]))
        let outcome = try tables.request(RequestText(authority: host))
        if let expected {
            #expect(tables.virtualHost(of: outcome.decision).name.string == expected)
        } else {
            #expect(outcome.decision.reason == .noVirtualHost)
            #expect(outcome.decision.status == 404)
        }
    }

    @Test func tenThousandHostsAreFoundWithoutALinearSearch() throws {
        let (table, arena) = try table((0..<10_000).map { ["h\($0).example.com", "h\($0).example.com."] })
        for index in [0, 1, 4999, 9999] {
            "h\(index).EXAMPLE.com".withBuffer { #expect(table.lookup($0) == Int32(index)) }
        }
        withExtendedLifetime(arena) {}
    }
}
