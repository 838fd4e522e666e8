import Diagnostics
import MeshAPI
import Testing

struct ExplanationTests {
    private func explain(_ text: String, registryOnly: Bool = false) throws -> Explanation {
        try Mesh.proxy(registryOnly: registryOnly).explain(TrafficQuery.parse(text).get())
    }

    @Test func aRewrittenRequestIsFollowedToTheVerifiedOrigin() throws {
        let explanation = try explain("GET http://webserver/")
        #expect(explanation.rejected.isEmpty)
        #expect(explanation.dns.first?.answers == ["10.96.0.30"])
        #expect(explanation.listener == "0.0.0.0_80")
        #expect(explanation.routeConfig == "80")
        #expect(explanation.virtualHost == "webserver.default.svc.cluster.local:80")
        #expect(explanation.cluster == "outbound|443||raw.githubusercontent.com")
        #expect(explanation.endpoints.first?.address == "raw.githubusercontent.com")
        #expect(explanation.upstream.path == "/page.txt")
        #expect(explanation.upstream.host == "raw.githubusercontent.com")
        #expect(explanation.upstream.sni == "raw.githubusercontent.com")
        #expect(explanation.upstream.tls.contains("verified"))
        #expect(explanation.verdict == "allowed")
        #expect(explanation.reason == "")
        #expect(explanation.retries == 2)
    }

    @Test func theDeclaredNameLeadsToItsEndpoint() throws {
        let explanation = try explain("http://foo.bar.global/x?y=1")
        #expect(explanation.address == "248.6.56.91")
        #expect(explanation.cluster == "outbound|80||foo.bar.global")
        #expect(explanation.endpoints.map { "\($0.address):\($0.port)" } == ["solo.io:80"])
        #expect(explanation.upstream.path == "/x?y=1")
        #expect(explanation.upstream.authority == "foo.bar.global")
    }

    @Test func everyStepNamesTheObjectThatMadeIt() throws {
        let explanation = try explain("http://webserver/")
        let cluster = try #require(explanation.because.first { $0.subject == "cluster" })
        #expect(cluster.object.hasPrefix("ServiceEntry default/external") || cluster.object.hasPrefix("DestinationRule"))
        #expect(cluster.location?.file == "mesh.yaml")
        #expect(explanation.text().contains("mesh.yaml:"))
    }

    @Test(arguments: [
        ("http://nowhere.example/", true, "direct-response", 502), ("http://nowhere.example/", false, "allowed", 0),
    ])
    func undeclaredHostsFollowTheMeshPolicy(query: String, registryOnly: Bool, verdict: String, status: Int) throws {
        let explanation = try explain(query, registryOnly: registryOnly)
        #expect(explanation.verdict == verdict)
        #expect(explanation.status == status)
        #expect(explanation.advice.isEmpty != registryOnly)
    }

    @Test func connectionsWithoutADeclarationEndInTheBlackHole() throws {
        let explanation = try explain("tcp 192.0.2.1:9999", registryOnly: true)
        #expect(explanation.listener == "virtualOutbound")
        #expect(explanation.reason == "black-hole")
        #expect(explanation.cluster == "BlackHoleCluster")
    }

    @Test(arguments: [
        ("tls raw.githubusercontent.com:443", "outbound|443||raw.githubusercontent.com"),
        // The name has an address of its own, so other addresses are not this service's.
        ("tls raw.githubusercontent.com@192.0.2.1:443", "BlackHoleCluster"),
    ])
    func connectionsWithTLSGoByTheirAddress(query: String, cluster: String) throws {
        let explanation = try explain(query, registryOnly: true)
        #expect(explanation.cluster == cluster)
        #expect((explanation.verdict == "allowed") == (cluster != "BlackHoleCluster"))
    }

    @Test func theMistakesThatPeopleMakeMostAreSaid() throws {
        let doubled = try explain("https://raw.githubusercontent.com/")
        #expect(doubled.verdict == "allowed")
        #expect(doubled.advice.contains { $0.contains("second TLS") })
        #expect(try explain("http://webserver/").advice.isEmpty)
    }

    @Test func theJSONHasTheFieldsOfTheContract() throws {
        let json = try explain("http://webserver/").json
        for field in [
            "dns", "listener", "filterChain", "routeConfig", "virtualHost", "route", "cluster", "endpoints", "upstream",
            "verdict", "reason", "because",
        ] { #expect(json[field] != nil) }
        for field in ["host", "path", "authority", "sni", "tls"] { #expect(json["upstream"]?[field] != nil) }
    }

    @Test(arguments: [
        "ftp://x", "GET", "tcp host", "tcp host:99999", "GET http://:80/", "one two three", "http://h:x/",
    ])
    func otherQuestionsAreRefused(text: String) {
        if text == "GET" {
            // A single word is a host.
            #expect((try? TrafficQuery.parse(text).get().host) == "GET")
        } else {
            #expect(throws: QueryProblem.self) { try TrafficQuery.parse(text).get() }
        }
    }

    @Test(arguments: [
        ("https://h.example/a", Int32(443), "h.example", "h.example", "/a"),
        ("POST http://h.example:8080?q", 8080, "h.example:8080", "", "/?q"),
        ("tls s.example@10.0.0.1:443", 443, "s.example", "s.example", ""),
        ("tcp db.example:5432", 5432, "db.example", "", ""),
        ("http://[::1]:81/", 81, "[::1]:81", "", "/"),
    ])
    func questionsAreReadIntoTheirParts(text: String, port: Int32, host: String, sni: String, path: String) throws {
        let query = try TrafficQuery.parse(text).get()
        #expect(query.port == port)
        #expect(query.host == host)
        #expect(query.sni == sni)
        #expect(query.path == path)
    }
}
