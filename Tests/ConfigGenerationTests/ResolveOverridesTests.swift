import ConfigGeneration
import EnvoyAPI
import ServiceRegistry
import Testing

@Suite("Resolve overrides")
struct ResolveOverridesTests {
    @Test(arguments: [
        ("api.example.com:443:127.0.0.1", "127.0.0.1", 443 as UInt32),
        ("api.example.com:443:127.0.0.1:8443", "127.0.0.1", 8443),
        ("API.example.com:443:[::1]:8443", "::1", 8443),
        ("*:443:192.0.2.1", "192.0.2.1", 443),
        ("api.example.com:*:192.0.2.1:9", "192.0.2.1", 9),
        ("*:*:192.0.2.1", "192.0.2.1", 443),
    ])
    func sendElsewhere(_ text: String, _ address: String, _ port: UInt32) throws {
        let target = try #require(ResolveOverrides([text]).target(host: "api.example.com", port: 443))
        #expect(target == (address, port))
    }

    @Test(arguments: ["other.example.com:443:127.0.0.1", "api.example.com:80:127.0.0.1"])
    func leaveOthersAlone(_ text: String) throws {
        #expect(try ResolveOverrides([text]).target(host: "api.example.com", port: 443) == nil)
    }

    @Test func theMostPreciseWinsAndThenTheLast() throws {
        let overrides = try ResolveOverrides([
            "api.example.com:443:192.0.2.1", "*:*:192.0.2.9", "api.example.com:443:192.0.2.2",
        ])
        #expect(overrides.target(host: "api.example.com", port: 443)?.address == "192.0.2.2")
        #expect(overrides.target(host: "other.example.com", port: 443)?.address == "192.0.2.9")
    }

    @Test(arguments: ["", "a:1", "a:b:127.0.0.1", "a:1:example.com", "a:1:[::1", "a:1:127.0.0.1:0", "a:1:2:3:4", ":1:127.0.0.1", "a:x:127.0.0.1", "a:1:127.0.0.1:x"])
    func refuseWhatTheyCannotRead(_ text: String) {
        #expect(throws: ResolveOverrides.ParseError.self) { try ResolveOverrides([text]) }
    }

    @Test(arguments: ["DNS", "DNS_ROUND_ROBIN"])
    func changeOnlyTheAddress(_ resolution: String) throws {
        let snapshot = try Generated.snapshot(
            """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: api}
            spec:
              hosts: [api.example.com]
              ports: [{number: 443, name: tls, protocol: TLS}]
              resolution: \(resolution)
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: api}
            spec: {host: api.example.com, trafficPolicy: {tls: {mode: SIMPLE, sni: api.example.com}}}
            """)
        let before = ConfigGenerator(snapshot: snapshot).generate(for: ProxyIdentity(ips: ["10.0.0.1"])).resources
        var after = before
        try ResolveOverrides(["api.example.com:443:127.0.0.1:18443"]).apply(to: &after)
        var cluster = try #require(after.clusters.first)
        let address = cluster.loadAssignment.endpoints[0].lbEndpoints[0].endpoint.address.socketAddress
        #expect(address.address == "127.0.0.1")
        #expect(address.portValue == 18443)
        cluster.loadAssignment = before.clusters[0].loadAssignment
        #expect(cluster == before.clusters[0])
        #expect(after.clusters.dropFirst().elementsEqual(before.clusters.dropFirst()))
    }
}
