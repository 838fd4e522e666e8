import Testing

@testable import ServiceRegistry

@Suite("Host names")
struct HostnameTests {
    @Test(arguments: [
        ("a.example.com", "a.example.com", true),
        ("a.example.com", "*.example.com", true),
        ("*.example.com", "a.b.example.com", true),
        ("*.example.com", "example.com", false),
        ("*.com", "*.example.com", true),
        ("*", "anything", true),
        ("a.example.com", "b.example.com", false),
    ])
    func matchInEitherDirection(_ left: String, _ right: String, _ expected: Bool) {
        #expect(Hostname.matches(left, right) == expected)
        #expect(Hostname.matches(right, left) == expected)
    }

    @Test(arguments: [
        ("a.example.com", "*.example.com", true),
        ("*.example.com", "*.com", true),
        ("*.com", "*.example.com", false),
        ("*.example.com", "a.example.com", false),
        ("a", "a", true),
    ])
    func subsets(_ name: String, _ other: String, _ expected: Bool) {
        #expect(Hostname.isSubset(name, of: other) == expected)
    }

    @Test func shortNamesGetNamespaceAndDomain() {
        #expect(Hostname.expand("web", namespace: "n", domain: "cluster.local") == "web.n.svc.cluster.local")
        #expect(Hostname.expand("web.n", namespace: "x", domain: "cluster.local") == "web.n")
        #expect(Hostname.expand("*", namespace: "x", domain: "cluster.local") == "*")
    }

    @Test func theMostSpecificNameWins() {
        var index = HostIndex<Int>()
        index["*"] = 0
        index["*.com"] = 1
        index["*.example.com"] = 2
        index["a.example.com"] = 3
        index["*-api.example.com"] = 4
        #expect(index.mostSpecific("a.example.com") == 3)
        #expect(index.mostSpecific("b.example.com") == 2)
        #expect(index.mostSpecific("x-api.example.com") == 4)
        #expect(index.mostSpecific("b.com") == 1)
        #expect(index.mostSpecific("b.org") == 0)
        #expect(index.mostSpecific("*.b.example.com") == 2)
        #expect(index.covering("a.example.com") == [3, 2, 1, 0])
    }
}
