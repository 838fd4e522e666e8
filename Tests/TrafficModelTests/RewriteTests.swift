import EnvoyAPI
import Testing

@testable import TrafficModel

struct RewriteTests {
    /// Match, action fields, path, expected path, expected authority.
    static let table: [(String, String, String, String, String)] = [
        (#"{"prefix": "/foo"}"#, #""prefixRewrite": "/v2""#, "/foo/bar?q=1", "/v2/bar?q=1", "h.example"),
        (#"{"prefix": "/foo/"}"#, #""prefixRewrite": "/""#, "/foo/bar", "/bar", "h.example"),
        (#"{"prefix": "/FOO", "caseSensitive": false}"#, #""prefixRewrite": "/x""#, "/foo/y", "/x/y", "h.example"),
        (#"{"path": "/foo"}"#, #""prefixRewrite": "/bar""#, "/foo?q", "/bar?q", "h.example"),
        (#"{"pathSeparatedPrefix": "/foo"}"#, #""prefixRewrite": "/bar""#, "/foo/x", "/bar/x", "h.example"),
        (#"{"safeRegex": {"regex": ".*"}}"#, #""prefixRewrite": "/whole""#, "/a/b?c", "/whole?c", "h.example"),
        (#"{"prefix": "/"}"#, #""regexRewrite": {"pattern": {"regex": "/foo/(.*)"}, "substitution": "/bar/\\1"}"#, "/foo/x?y=/foo/z", "/bar/x?y=/foo/z", "h.example"),
        (#"{"prefix": "/"}"#, #""hostRewriteLiteral": "www.example.com""#, "/", "/", "www.example.com"),
        (#"{"prefix": "/"}"#, #""autoHostRewrite": true"#, "/", "/", "upstream.example"),
        (#"{"prefix": "/"}"#, #""hostRewriteHeader": "x-host""#, "/", "/", "from.header"),
        (#"{"prefix": "/"}"#, #""hostRewritePathRegex": {"pattern": {"regex": "^/(.+)/.+$"}, "substitution": "\\1"}"#, "/host/path?q", "/host/path?q", "host"),
        (#"{"prefix": "/"}"#, #""pathRewrite": "/m/%REQ(:method)%""#, "/a?b=1", "/m/GET?b=1", "h.example"),
    ]

    @Test(arguments: table)
    func pathAndHostAreRewritten(match: String, action: String, path: String, newPath: String, host: String) throws {
        var cluster = Fixture.fixedCluster("a")
        cluster.loadAssignment.endpoints[0].lbEndpoints[0].endpoint.hostname = "upstream.example"
        let tables = try Fixture.compile(
            ResourceSet(
                listeners: [Fixture.httpListener()], clusters: [cluster],
                routes: [
                    Fixture.routes(
                        #"{"name": "80", "virtualHosts": [{"name": "v", "domains": ["*"], "routes": [{"match": \#(match), "route": {"cluster": "a", \#(action)}}]}]}"#)
                ]))
        let outcome = try tables.request(
            RequestText(path: path, authority: "h.example", headers: [RequestText.Header("x-host", "from.header")]))
        #expect(outcome.path == newPath)
        #expect(outcome.authority == host)
    }

    /// Match, redirect fields, scheme, authority, path, location, status.
    static let redirects: [(String, String, String, String, String, String, UInt16)] = [
        (#"{"prefix": "/"}"#, #""pathRedirect": "/n""#, "http", "h:80", "/a?q=1", "http://h:80/n?q=1", 301),
        (#"{"prefix": "/"}"#, #""pathRedirect": "/n?x", "responseCode": "FOUND""#, "http", "h", "/a?q=1", "http://h/n?x", 302),
        (#"{"prefix": "/"}"#, #""httpsRedirect": true"#, "http", "h:80", "/a", "https://h/a", 301),
        (#"{"prefix": "/"}"#, #""httpsRedirect": true"#, "http", "h:8080", "/a", "https://h:8080/a", 301),
        (#"{"prefix": "/"}"#, #""schemeRedirect": "https", "pathRedirect": """#, "http", "h", "/a?b", "https://h/a?b", 301),
        (#"{"prefix": "/"}"#, #""hostRedirect": "x.example.com", "responseCode": "PERMANENT_REDIRECT""#, "http", "h:1", "/a", "http://x.example.com/a", 308),
        (#"{"prefix": "/"}"#, #""portRedirect": 8443"#, "http", "h:80", "/a", "http://h:8443/a", 301),
        (#"{"prefix": "/foo"}"#, #""prefixRewrite": "/p""#, "http", "h", "/foo/x?y", "http://h/p/x?y", 301),
        (#"{"prefix": "/foo"}"#, #""stripQuery": true"#, "https", "h", "/foo?y", "https://h/foo", 301),
        (#"{"prefix": "/"}"#, #""regexRewrite": {"pattern": {"regex": "^/(.)"}, "substitution": "/\\1\\1"}"#, "http", "h", "/ab?c", "http://h/aab?c", 301),
    ]

    @Test(arguments: redirects)
    func redirectsLeadWhereTheySay(
        match: String, fields: String, scheme: String, authority: String, path: String, location: String, status: UInt16
    ) throws {
        let tables = try Fixture.tables(routes: #"[{"match": \#(match), "redirect": {\#(fields)}}]"#)
        let outcome = try tables.request(RequestText(path: path, authority: authority, scheme: scheme))
        #expect(outcome.location == location)
        #expect(outcome.decision.status == status)
        #expect(outcome.decision.verdict == .directResponse)
    }

    @Test func directResponsesCarryStatusAndBody() throws {
        let tables = try Fixture.tables(
            routes: #"[{"match": {"prefix": "/"}, "directResponse": {"status": 418, "body": {"inlineBytes": "aGVsbG8="}}}]"#)
        let outcome = try tables.request(RequestText(authority: "h"))
        #expect(outcome.decision.status == 418)
        #expect(tables.route(of: outcome.decision).responseBody.string == "hello")
    }

    private static func add(_ value: String) -> String {
        #"[{"header": {"key": "X-L", "value": "\#(value)"}, "appendAction": "OVERWRITE_IF_EXISTS_OR_ADD"}]"#
    }

    @Test(arguments: [(false, ["cluster", "route", "host", "all"]), (true, ["all", "host", "route", "cluster"])])
    func headerChangesComeInTheOrderOfTheLevels(mostSpecificWins: Bool, order: [String]) throws {
        let tables = try Fixture.tables(
            routes: """
                [{"match": {"prefix": "/"}, "requestHeadersToAdd": \(Self.add("route")), "requestHeadersToRemove": ["X-R"],
                  "route": {"weightedClusters": {"clusters": [{"name": "a", "weight": 1, "requestHeadersToAdd": \(Self.add("cluster"))}]}}}]
                """,
            host: #", "requestHeadersToAdd": \#(Self.add("host"))"#,
            configuration: #", "requestHeadersToAdd": \#(Self.add("all")), "mostSpecificHeaderMutationsWins": \#(mostSpecificWins)"#)
        let outcome = try tables.request(RequestText(authority: "h"))
        let layers = tables.requestMutations(outcome.decision)
        let values = (0..<layers.count).flatMap { layers[$0] }.filter { $0.action == .overwrite }
        #expect(values.map { $0.value.pieces[0].text.string } == order)
        let route = (0..<layers.count).flatMap { layers[$0] }.first { $0.action == .remove }
        #expect(route?.name.string == "x-r")
        #expect(tables.responseMutations(outcome.decision).isEmpty)
    }

    @Test(arguments: [
        ("plain", "plain"), ("100%%", "100%"), ("%REQ(x-a)%", "va"), ("%REQ(X-None?:path)%!", "/p?q!"),
        ("%REQ(x-a):1%", "v"), ("%REQ(x-none)%", ""), ("%DOWNSTREAM_REMOTE_ADDRESS%", "192.0.2.7:1234"),
        ("%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%", "192.0.2.7"), ("%DOWNSTREAM_LOCAL_PORT%", "80"),
        ("a%PROTOCOL%b", "aHTTP/1.1b"), ("%PATH%", "/p?q"), ("%PATH(NQ)%", "/p"), ("%QUERY_PARAM(q)%|", "|"),
        ("%START_TIME%", "2026-11-21T02:46:30.123Z"), ("%START_TIME(%Y/%m/%d %s %3f %6f %z)%", "2026/11/21 1795229190 123 123456 +0000"),
        ("%START_TIME(%j %e %y %F %T)%", "325 21 26 2026-11-21 02:46:30"), ("%HOSTNAME%", "machine"),
        ("%RESPONSE_CODE%", "0"), ("%RESPONSE_FLAGS%", "-"), ("%RESPONSE_CODE_DETAILS%", ""),
        ("%UPSTREAM_REQUEST_ATTEMPT_COUNT%", "1"), ("%UPSTREAM_HOST_NAME%", ""), ("%TRACE_ID%", ""), ("%UPSTREAM_HOST%", ""), ("%REQ(:authority)%", "h"),
    ])
    func formattersAreFilledIn(template: String, expected: String) throws {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let compiled = try HeaderMutationCompiler(arena: arena).template(template, "")
        let facts = ConnectionFacts(
            destination: IPAddress(v4: 0x0A00_0001), port: 80, source: try #require(IPAddress("192.0.2.7")),
            sourcePort: 1234)
        let request = RequestText(path: "/p?q", authority: "h", headers: [RequestText.Header("X-A", "va")])
        request.withView { view in
            var context = FormatContext(facts: facts, request: view)
            context.startNanoseconds = 1_795_229_190_123_456_789
            let machine: StaticString = "machine"
            context.hostname = UnsafeBufferPointer(start: machine.utf8Start, count: machine.utf8CodeUnitCount)
            #expect(ByteWriter.string { compiled.write(context, into: &$0) } == expected)
        }
    }

    @Test(arguments: [
        "%", "%REQ(%", "%NO_SUCH_THING%", "%REQ()%", "%START_TIME(%Q)%", "%START_TIME(%3s)%", "%PATH(XX)%",
        "%UPSTREAM_METADATA(a:b)%", "%REQUEST_DURATION%",
    ])
    func brokenFormattersAreRefused(template: String) {
        #expect(throws: CompileError.self) { try HeaderMutationCompiler(arena: Arena()).template(template, "") }
    }

    @Test func hashPoliciesAreCombinedAsEnvoyDoes() throws {
        let tables = try Fixture.tables(
            routes: """
                [{"match": {"prefix": "/"}, "route": {"cluster": "a", "hashPolicy": [
                  {"header": {"headerName": "x-u"}}, {"cookie": {"name": "c"}}, {"queryParameter": {"name": "q"}}]}}]
                """)
        func hash(_ headers: [RequestText.Header], _ path: String = "/") throws -> UInt64? {
            let request = RequestText(path: path, authority: "h", headers: headers)
            let outcome = try tables.request(request)
            return request.withView {
                tables.hash(
                    outcome.decision,
                    FormatContext(facts: ConnectionFacts(destination: IPAddress(v4: 1), port: 80), request: $0)
                ).hash
            }
        }
        let abc: UInt64 = 0x44BC_2CF5_AD77_0999
        #expect(try hash([]) == nil)
        #expect(try hash([RequestText.Header("X-U", "abc")]) == abc)
        #expect(try hash([RequestText.Header("cookie", "b=1; c=\"abc\"")]) == abc)
        #expect(try hash([], "/?q=abc") == abc)
        #expect(try hash([RequestText.Header("X-U", "abc")], "/?q=abc") == (abc << 1 | abc >> 63) ^ abc)
    }

    @Test func aCookieIsMadeForTheClientThatHasNone() throws {
        let tables = try Fixture.tables(
            routes: """
                [{"match": {"prefix": "/"}, "route": {"cluster": "a", "hashPolicy": [
                  {"cookie": {"name": "c", "ttl": "30s", "path": "/p", "attributes": [
                    {"name": "SameSite", "value": "Lax"}, {"name": "Secure"}]}}, {"connectionProperties": {"sourceIp": true}}]}}]
                """)
        func hash(_ headers: [RequestText.Header], port: UInt16 = 1000) throws -> RequestHash {
            let request = RequestText(authority: "h", headers: headers)
            let outcome = try tables.request(request)
            var facts = ConnectionFacts(destination: IPAddress(v4: 1), port: 80)
            facts.sourcePort = port
            return request.withView { tables.hash(outcome.decision, FormatContext(facts: facts, request: $0)) }
        }
        let made = try hash([])
        #expect(made.cookiePolicy == 0 && made.hash != nil)
        #expect(try hash([]) == made)
        #expect(try hash([], port: 1001).cookieValue != made.cookieValue)
        // The client sends it back: the same endpoint, and no new cookie.
        var digits = String(made.cookieValue, radix: 16)
        digits = String(repeating: "0", count: 16 - digits.count) + digits
        let again = try hash([RequestText.Header("cookie", "c=\"\(digits)\"")])
        #expect(again.hash == made.hash && again.cookiePolicy == -1)
        let policy = try tables.route(of: tables.request(RequestText(authority: "h")).decision).hashPolicies[0]
        #expect(policy.cookieAttributes.string == "; SameSite=Lax; Secure")
    }

    /// Value of the header, trusted hops, expected address.
    @Test(arguments: [
        ("1.2.3.4", 0, "1.2.3.4"), ("1.2.3.4, 5.6.7.8", 0, "5.6.7.8"), ("1.2.3.4,5.6.7.8", 1, "1.2.3.4"),
        ("1.2.3.4", 1, nil), ("unknown", 0, nil), ("1.2.3.4, ", 0, nil), ("2001:db8::1", 0, "2001:db8::1"), ("", 0, nil),
    ] as [(String, UInt32, String?)])
    func theClientIsWhereForwardedForSays(value: String, hops: UInt32, expected: String?) {
        let request = RequestText(authority: "h", headers: [.init("x-forwarded-for", value)])
        #expect(request.withView { ForwardedFor.address($0, hops: hops) } == expected.flatMap { IPAddress($0) })
    }

    @Test func theClientMayStandInAnEarlierLine() {
        let request = RequestText(
            authority: "h", headers: [.init("X-Forwarded-For", "1.1.1.1, 2.2.2.2"), .init("x-forwarded-for", "3.3.3.3")])
        #expect(request.withView { ForwardedFor.address($0, hops: 2) } == IPAddress("1.1.1.1"))
    }
}
