import EnvoyAPI
import Testing

@testable import TrafficModel

struct NameTableTests {
    private static let json = """
        {"table": {
          "foo.bar.global": {"ips": ["248.6.56.91"], "registry": "External"},
          "*.wild.example": {"ips": ["240.240.0.1", "2001:2::1"], "registry": "External"},
          "*.deep.wild.example": {"ips": ["240.240.0.2"], "registry": "External"},
          "Web.default.svc.cluster.local": {"ips": ["10.96.0.30"], "registry": "Kubernetes", "shortname": "web", "namespace": "default"},
          "db.other.svc.cluster.local": {"ips": ["10.96.0.31"], "registry": "Kubernetes", "shortname": "db", "namespace": "other"},
          "empty.example": {"ips": [], "registry": "External"}}}
        """

    private func tables() throws -> TrafficTables {
        TrafficTables.compile(
            ResourceSet(nameTable: try EnvoyJSON.decode(from: Self.json)),
            environment: NameTable.Environment(
                namespace: "default", domain: "svc.cluster.local",
                searchDomains: ["default.svc.cluster.local", "svc.cluster.local"])
        ).tables
    }

    /// Name, family, addresses (nil when the table doesn't know the name), alias.
    static let table: [(String, NameTable.Family, [String]?, String)] = [
        ("foo.bar.global", .v4, ["248.6.56.91"], ""), ("FOO.bar.GLOBAL.", .v4, ["248.6.56.91"], ""),
        ("foo.bar.global", .v6, [], ""), ("bar.global", .v4, nil, ""), ("x.foo.bar.global", .v4, nil, ""),
        ("foo.bar.global.default.svc.cluster.local", .v4, ["248.6.56.91"], "foo.bar.global"),
        ("foo.bar.global.svc.cluster.local", .v4, nil, ""),
        ("a.wild.example", .v4, ["240.240.0.1"], ""), ("a.b.wild.example", .v6, ["2001:2::1"], ""),
        ("wild.example", .v4, nil, ""), ("a.deep.wild.example", .v4, ["240.240.0.2"], ""),
        ("a.deep.wild.example", .v6, [], ""),
        ("a.wild.example.default.svc.cluster.local", .v4, ["240.240.0.1"], "*.wild.example"),
        ("web", .v4, ["10.96.0.30"], ""), ("web.default", .v4, ["10.96.0.30"], ""),
        ("web.default.svc", .v4, ["10.96.0.30"], ""), ("web.default.svc.cluster.local", .v4, ["10.96.0.30"], ""),
        ("web.default.svc.cluster", .v4, ["10.96.0.30"], ""),
        ("web.default.default.svc.cluster.local", .v4, ["10.96.0.30"], "web.default"),
        ("db", .v4, nil, ""), ("db.other", .v4, ["10.96.0.31"], ""), ("empty.example", .v4, nil, ""), ("", .v4, nil, ""),
    ]

    @Test(arguments: table)
    func namesAreAnsweredAsIstiosAgentDoes(name: String, family: NameTable.Family, addresses: [String]?, alias: String) throws {
        let tables = try tables()
        defer { withExtendedLifetime(tables) {} }
        let answer = name.withBuffer { tables.names.lookup($0, family) }
        #expect(answer.isUnknown == (addresses == nil))
        #expect(answer.addresses.map(\.description) == addresses ?? [])
        #expect(answer.alias.string == alias)
    }
}
