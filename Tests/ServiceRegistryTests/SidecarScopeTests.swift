import MeshAPI
import Testing

@testable import ServiceRegistry

@Suite("What a proxy sees")
struct SidecarScopeTests {
    private static func snapshot(_ yaml: String) -> MeshSnapshot {
        MeshSnapshot(objects: ObjectReader.read(yaml: yaml, file: "test").objects, mesh: MeshConfig())
    }

    private static func entry(_ name: String, _ namespace: String, host: String, port: Int = 80, more: String = "") -> String {
        """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: \(name), namespace: \(namespace)}
        spec:
          hosts: ["\(host)"]
          ports: [{number: \(port), name: p\(port), protocol: HTTP}]
          resolution: DNS
        \(more.isEmpty ? "" : "  \(more)\n")---

        """
    }

    @Test func theOwnNamespaceHidesTheOthers() throws {
        let snapshot = Self.snapshot(
            Self.entry("a", "aaa", host: "x.example.com", port: 81)
                + Self.entry("b", "mine", host: "x.example.com", port: 82))
        let mine = snapshot.scope(for: ProxyIdentity(namespace: "mine"))
        #expect(mine.service(named: "x.example.com")?.ports.map(\.number) == [82])
        let other = snapshot.scope(for: ProxyIdentity(namespace: "elsewhere"))
        #expect(other.service(named: "x.example.com")?.ports.map(\.number) == [81])
    }

    @Test func entriesOfOneHostJoinTheirPortsTheFirstWinning() throws {
        let snapshot = Self.snapshot(
            Self.entry("a", "home", host: "x.example.com", port: 81) + Self.entry("b", "home", host: "x.example.com", port: 82))
        let service = try #require(snapshot.scope(for: ProxyIdentity(namespace: "home")).service(named: "x.example.com"))
        #expect(service.ports.map(\.number) == [81, 82])
        #expect(service.origins.map(\.name) == ["a", "b"])
    }

    @Test(arguments: [
        ("exportTo: [\".\"]", "home", true), ("exportTo: [\".\"]", "other", false),
        ("exportTo: [other]", "other", true), ("exportTo: [\"~\"]", "home", false), ("exportTo: [\"*\"]", "other", true),
    ])
    func exportToDecidesWhoSees(_ exportTo: String, _ namespace: String, _ isSeen: Bool) {
        let snapshot = Self.snapshot(Self.entry("a", "home", host: "x.example.com", more: exportTo))
        let scope = snapshot.scope(for: ProxyIdentity(namespace: namespace))
        #expect((scope.service(named: "x.example.com") != nil) == isSeen)
    }

    private static let sidecars = """
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: general, namespace: home}
        spec: {egress: [{hosts: ["home/*"]}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: selected, namespace: home}
        spec: {workloadSelector: {labels: {app: a}}, egress: [{hosts: ["*/*.example.com", "~other/hidden.example.com"]}]}
        ---

        """

    @Test func theSelectedSidecarBeatsTheGeneralOne() {
        let snapshot = Self.snapshot(
            Self.sidecars + Self.entry("a", "home", host: "own.test") + Self.entry("b", "other", host: "x.example.com")
                + Self.entry("c", "other", host: "hidden.example.com"))
        let general = snapshot.scope(for: ProxyIdentity(namespace: "home"))
        #expect(general.services.map(\.hostname) == ["own.test"])
        let selected = snapshot.scope(for: ProxyIdentity(namespace: "home", labels: ["app": "a"]))
        #expect(selected.services.map(\.hostname) == ["x.example.com"])
        #expect(selected.origin?.name == "selected")
    }

    @Test func anEmptyOutboundPolicyMeansRegistryOnly() {
        let snapshot = Self.snapshot(
            "apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: s, namespace: home}\nspec: {egress: [{hosts: [\"*/*\"]}], outboundTrafficPolicy: {}}")
        #expect(snapshot.scope(for: ProxyIdentity(namespace: "home")).outboundMode == .registryOnly)
        #expect(snapshot.scope(for: ProxyIdentity(namespace: "other")).outboundMode == .allowAny)
    }

    @Test func destinationsOfRoutesAreImported() {
        let snapshot = Self.snapshot(
            """
            apiVersion: networking.istio.io/v1
            kind: Sidecar
            metadata: {name: s, namespace: home}
            spec: {egress: [{hosts: ["./x.example.com"]}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: v, namespace: home}
            spec: {hosts: [x.example.com], http: [{route: [{destination: {host: y.example.com}}]}]}
            ---

            """ + Self.entry("x", "home", host: "x.example.com") + Self.entry("y", "other", host: "y.example.com"))
        let scope = snapshot.scope(for: ProxyIdentity(namespace: "home"))
        #expect(Set(scope.services.map(\.hostname)) == ["x.example.com", "y.example.com"])
    }
}

@Suite("Rules for a service's clients")
struct DestinationRuleSelectionTests {
    private static func rule(_ name: String, _ namespace: String, host: String, more: String = "") -> String {
        """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: \(name), namespace: \(namespace)}
        spec:
          host: "\(host)"
        \(more.isEmpty ? "" : "  \(more)\n")---

        """
    }

    private static let service = """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: s, namespace: owner}
        spec: {hosts: [x.example.com], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DNS}
        ---

        """

    private static func chosen(_ rules: String, for proxy: ProxyIdentity) -> String? {
        let objects = ObjectReader.read(yaml: service + rules, file: "test").objects
        let snapshot = MeshSnapshot(objects: objects, mesh: MeshConfig())
        guard let service = snapshot.services.first else { return nil }
        return snapshot.destinationRule(for: service, proxy: proxy)?.origin.name
    }

    @Test func theClientsNamespaceComesFirstEvenWithAWildcard() {
        let rules = Self.rule("wide", "client", host: "*.example.com") + Self.rule("exact", "owner", host: "x.example.com")
        #expect(Self.chosen(rules, for: ProxyIdentity(namespace: "client")) == "wide")
        #expect(Self.chosen(rules, for: ProxyIdentity(namespace: "other")) == "exact")
    }

    @Test func aThirdNamespaceIsNeverAsked() {
        let rules = Self.rule("third", "third", host: "x.example.com") + Self.rule("root", "istio-system", host: "x.example.com")
        #expect(Self.chosen(rules, for: ProxyIdentity(namespace: "client")) == "root")
    }

    @Test func aRuleForTheWorkloadBeatsTheGeneralOne() {
        let rules = Self.rule("general", "client", host: "x.example.com")
            + Self.rule("own", "client", host: "x.example.com", more: "workloadSelector: {matchLabels: {app: a}}")
        #expect(Self.chosen(rules, for: ProxyIdentity(namespace: "client")) == "general")
        #expect(Self.chosen(rules, for: ProxyIdentity(namespace: "client", labels: ["app": "a"])) == "own")
    }

    @Test func rulesNotExportedAreNotUsed() {
        let rules = Self.rule("private", "owner", host: "x.example.com", more: "exportTo: [\".\"]")
        #expect(Self.chosen(rules, for: ProxyIdentity(namespace: "client")) == nil)
        #expect(Self.chosen(rules, for: ProxyIdentity(namespace: "owner")) == "private")
    }
}
