import MeshAPI
import Testing

@testable import ServiceRegistry

@Suite("Allocation of addresses")
struct AddressAllocationTests {
    private static func entry(
        _ name: String, hosts: [String], resolution: String = "DNS", status: String = "", extra: String = "",
        labels: String = "{}"
    ) -> String {
        """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: \(name), namespace: default, labels: \(labels)}
        spec:
          hosts: [\(hosts.map { "\"\($0)\"" }.joined(separator: ", "))]
          ports: [{number: 80, name: http, protocol: HTTP}]
          resolution: \(resolution)
        \(extra.isEmpty ? "" : "  \(extra)\n")\(status.isEmpty ? "" : "status: {addresses: \(status)}\n")
        """
    }

    private static func addresses(_ texts: [String]) -> [String: String] {
        let objects = ObjectReader.read(yaml: texts.joined(separator: "\n---\n"), file: "test").objects
        let snapshot = MeshSnapshot(objects: objects, mesh: MeshConfig())
        return Dictionary(
            uniqueKeysWithValues: snapshot.allocatedAddresses().map { ($0.host, "\($0.ipv4) \($0.ipv6)") })
    }

    @Test func hostsGetTheLowestFreeAddressesInOrder() {
        let found = Self.addresses([
            Self.entry("b", hosts: ["c.example.com"]), Self.entry("a", hosts: ["a.example.com", "b.example.com"]),
        ])
        #expect(
            found == [
                "a.example.com": "240.240.0.1 2001:2::1", "b.example.com": "240.240.0.2 2001:2::2",
                "c.example.com": "240.240.0.3 2001:2::3",
            ])
    }

    @Test func recordedAddressesAreKept() {
        let found = Self.addresses([
            Self.entry("a", hosts: ["a.example.com"]),
            Self.entry(
                "b", hosts: ["b.example.com"],
                status: "[{value: 240.240.0.1, host: b.example.com}, {value: \"2001:2::1\", host: b.example.com}]"),
        ])
        #expect(found["b.example.com"] == "240.240.0.1 2001:2::1")
        #expect(found["a.example.com"] == "240.240.0.2 2001:2::2")
    }

    @Test func ofTwoWithTheSameAddressTheFirstKeepsIt() {
        let status = { (host: String) in
            "[{value: 240.240.0.7, host: \(host)}, {value: \"2001:2::7\", host: \(host)}]"
        }
        let found = Self.addresses([
            Self.entry("b", hosts: ["b.example.com"], status: status("b.example.com")),
            Self.entry("a", hosts: ["a.example.com"], status: status("a.example.com")),
        ])
        #expect(found["a.example.com"] == "240.240.0.7 2001:2::7")
        #expect(found["b.example.com"] == "240.240.0.1 2001:2::1")
    }

    @Test func addressesThatPeopleGaveAreNeverGivenAgain() {
        let found = Self.addresses([
            Self.entry("own", hosts: ["own.example.com"], extra: "addresses: [240.240.0.1]"),
            Self.entry("a", hosts: ["a.example.com"]),
        ])
        #expect(found == ["a.example.com": "240.240.0.2 2001:2::1"])
    }

    @Test(arguments: [
        entry("x", hosts: ["*.example.com"], resolution: "NONE"),
        entry("x", hosts: ["x.example.com"], resolution: "NONE"),
        entry("x", hosts: ["x.example.com"], labels: "{networking.istio.io/enable-autoallocate-ip: \"false\"}"),
    ])
    func someEntriesGetNone(_ text: String) {
        #expect(Self.addresses([text]).isEmpty)
    }

    @Test func wildcardsGetOneOnlyWhenResolvedByRequest() {
        #expect(Self.addresses([Self.entry("x", hosts: ["*.example.com"], resolution: "DYNAMIC_DNS")]).count == 1)
    }

    /// Two declarations of one host share the address of the lower slot.
    @Test func hashedAddressesAreIstios() throws {
        let objects = ObjectReader.read(
            yaml: [Self.entry("one", hosts: ["istio.io"]), Self.entry("two", hosts: ["istio.io"])]
                .joined(separator: "\n---\n"), file: "test"
        ).objects
        let snapshot = MeshSnapshot(objects: objects, mesh: MeshConfig())
        let proxy = ProxyIdentity(
            ips: ["10.0.0.1"], metadata: ["DNS_CAPTURE": "true", "DNS_AUTO_ALLOCATE": "true"])
        for service in snapshot.services {
            #expect(snapshot.address(of: service, for: proxy) == .addresses(["240.240.91.120"]))
        }
    }

    @Test func servicesWithoutAClusterAddressGetAStableOne() throws {
        func address(_ others: [String]) throws -> String {
            let texts = (["web"] + others).map {
                "apiVersion: v1\nkind: Service\nmetadata: {name: \($0)}\nspec: {ports: [{port: 80, name: http}]}"
            }
            let objects = ObjectReader.read(yaml: texts.joined(separator: "\n---\n"), file: "test").objects
            let snapshot = MeshSnapshot(objects: objects, mesh: MeshConfig())
            let service = try #require(snapshot.services.first { $0.name == "web" })
            return try #require(service.addresses.first)
        }
        let alone = try address([])
        #expect(alone.hasPrefix("240.241."))
        #expect(try address((0..<200).map { "other-\($0)" }) == alone)
    }

    @Test func collidingServicesGetDifferentAddresses() {
        let claims = (0..<3000).map {
            ServiceAddressAllocator.Claim(namespace: "n", name: "s\($0)", creationTimestamp: "")
        }
        let given = ServiceAddressAllocator.allocate(claims, taken: []).compactMap { $0 }
        #expect(Set(given).count == claims.count)
    }
}
