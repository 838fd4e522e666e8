import Testing

@testable import DataPlane

/// What the origin receives and the client gets, beyond the request itself.
@Suite struct ForwardingTests {
    private func forward(
        _ request: String, route: String = "", manager: String = "", host: String = "", answer: String = "",
        router: String = ""
    ) throws -> (origin: String, client: HTTPText) {
        let origin = try ScriptedOrigin.answering("ok", headers: answer)
        let proxy = try TestProxy(
            .http(
                #"{"name":"v","domains":["*"],"routes":[{"name":"main","match":{"prefix":"/"},"route":{"cluster":"origin"\#(route)}}]\#(host)}"#,
                clusters: [ProxyResources.cluster(origin.port)], manager: manager, router: router))
        let client = try proxy.exchange(request)
        return (origin.notes.first ?? "", client)
    }

    private let get = "GET /a/b?q=1 HTTP/1.1\r\nHost: api.example:81\r\n\r\n"

    /// Route fields, lines that the origin sees, lines that it doesn't.
    static let rewrites: [(String, [String], [String])] = [
        (#","hostRewriteLiteral":"new.example""#, ["host: new.example", "x-envoy-original-host: api.example:81"], ["x-envoy-original-path:", "x-forwarded-host:"]),
        (#","hostRewriteLiteral":"new.example","appendXForwardedHost":true"#, ["x-forwarded-host: api.example:81"], []),
        (#","prefixRewrite":"/v2/""#, ["GET /v2/a/b?q=1 HTTP/1.1", "x-envoy-original-path: /a/b?q=1"], ["x-envoy-original-host:"]),
        (#","regexRewrite":{"pattern":{"regex":"/none"},"substitution":"/x"}"#, ["GET /a/b?q=1 HTTP/1.1", "x-envoy-original-path: /a/b?q=1"], []),
        (#","hostRewriteHeader":"x-h""#, ["host: api.example:81"], ["x-envoy-original-host:"]),
        (#","autoHostRewrite":true"#, ["host: api.example:81"], ["x-envoy-original-host:"]),
        ("", [], ["x-envoy-original-host:", "x-envoy-original-path:", "via:", "x-forwarded-for:"]),
    ]

    @Test(arguments: rewrites)
    func theOriginIsToldWhatWasRewritten(route: String, lines: [String], others: [String]) throws {
        let seen = try forward(get, route: route).origin.split(separator: "\n").map(String.init)
        for line in lines { #expect(seen.contains(line), "\(line) in \(seen)") }
        for name in others { #expect(!seen.contains { $0.hasPrefix(name) }, "\(name) in \(seen)") }
    }

    @Test func anEarlierForwardedHostStays() throws {
        let route = #","hostRewriteLiteral":"n","appendXForwardedHost":true"#
        let first = try forward("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Host: q\r\n\r\n", route: route)
        #expect(first.origin.contains("x-forwarded-host: q,a\n"))
        let again = try forward("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Host: q,a\r\n\r\n", route: route)
        #expect(again.origin.contains("x-forwarded-host: q,a\n"))
    }

    @Test func theRouterMayKeepEnvoysHeadersToItself() throws {
        let result = try forward(
            get, route: #","prefixRewrite":"/v2/","hostRewriteLiteral":"n""#, router: #","suppressEnvoyHeaders":true"#)
        #expect(!result.origin.contains("x-envoy-"))
        #expect(!result.client.fields.contains { $0.name.hasPrefix("x-envoy-") })
    }

    @Test func viaGoesBothWays() throws {
        let result = try forward(get, manager: #","via":"petrel""#, answer: "via: 1.1 origin\r\n")
        #expect(result.origin.contains("\nvia: petrel\n"))
        #expect(result.client["via"] == "1.1 origin, petrel")
        let other = try forward("GET / HTTP/1.1\r\nHost: a\r\nVia: 1.1 b\r\n\r\n", manager: #","via":"petrel""#)
        #expect(other.origin.contains("via: 1.1 b, petrel\n"))
        #expect(other.client["via"] == "petrel")
    }

    @Test func theFirstProxyTellsTheClientsAddress() throws {
        let request = """
            GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.2.3.4, 5.6.7.8\r\nX-Forwarded-Proto: https\r\nX-Request-ID: mine\r\n\
            X-Envoy-External-Address: 9.9.9.9\r\n\r\n
            """
        let first = try forward(request, manager: #","useRemoteAddress":true"#).origin
        #expect(first.contains("x-forwarded-for: 1.2.3.4, 5.6.7.8,127.0.0.1\n"))
        #expect(first.contains("x-forwarded-proto: http\n"))
        #expect(first.contains("x-envoy-external-address: 127.0.0.1\n") && !first.contains("9.9.9.9"))
        #expect(!first.contains("x-request-id: mine"))
        let behind = try forward(request, manager: #","useRemoteAddress":true,"xffNumTrustedHops":1"#).origin
        #expect(behind.contains("x-forwarded-proto: https\n") && behind.contains("x-envoy-external-address: 5.6.7.8\n"))
        let silent = try forward(request, manager: #","useRemoteAddress":true,"skipXffAppend":true"#).origin
        #expect(silent.contains("x-forwarded-for: 1.2.3.4, 5.6.7.8\n"))
        let sidecar = try forward(request).origin
        #expect(sidecar.contains("x-forwarded-for: 1.2.3.4, 5.6.7.8\n") && sidecar.contains("x-request-id: mine\n"))
    }

    @Test func formattersSeeTheForwardedClient() throws {
        let host = #","requestHeadersToAdd":[{"header":{"key":"x-from","value":"%DOWNSTREAM_REMOTE_ADDRESS%"}}],"responseHeadersToAdd":[{"header":{"key":"x-from","value":"%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %ROUTE_NAME%"}}]"#
        let result = try forward("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 5.6.7.8\r\n\r\n", host: host)
        #expect(result.origin.contains("x-from: 5.6.7.8:0\n"))
        #expect(result.client["x-from"] == "5.6.7.8 main")
    }

    @Test func clientCertificatesThatAClientClaimsAreDropped() throws {
        let request = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Client-Cert: By=x\r\n\r\n"
        #expect(try !forward(request).origin.contains("x-forwarded-client-cert"))
        let kept = try forward(request, manager: #","forwardClientCertDetails":"ALWAYS_FORWARD_ONLY""#)
        #expect(kept.origin.contains("x-forwarded-client-cert: By=x\n"))
    }

    @Test func namesWithUnderscoresAreHandledAsConfigured() throws {
        let request = "GET / HTTP/1.1\r\nHost: a\r\nx_under: 1\r\nx-other: 2\r\n\r\n"
        func manager(_ action: String) -> String { #","commonHttpProtocolOptions":{"headersWithUnderscoresAction":"\#(action)"}"# }
        #expect(try forward(request, manager: manager("ALLOW")).origin.contains("x_under: 1\n"))
        let dropped = try forward(request, manager: manager("DROP_HEADER")).origin
        #expect(!dropped.contains("x_under") && dropped.contains("x-other: 2\n"))
        #expect(try forward(request, manager: manager("REJECT_REQUEST")).client.startLine.contains(" 400 "))
    }

    @Test(arguments: [
        (#","maxRequestHeadersKb":1"#, 431), (#","commonHttpProtocolOptions":{"maxHeadersCount":2}"#, 431), ("", 200),
    ])
    func headsAreLimitedAsConfigured(manager: String, status: Int) throws {
        let large = "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 2000))\r\nY: 1\r\n\r\n"
        #expect(try forward(large, manager: manager).client.startLine.contains(" \(status) "))
    }

    @Test func headersOfOneSlotGrowWhereOthersRepeat() throws {
        func add(_ name: String, _ value: String) -> String { #"{"header":{"key":"\#(name)","value":"\#(value)"}}"# }
        let result = try forward(
            "GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nUser-Agent: u\r\nAccept: t\r\n\r\n",
            host: """
                ,"requestHeadersToAdd":[\(add("x-a", "2")),\(add("user-agent", "v")),\(add("accept", "w"))],\
                "responseHeadersToAdd":[\(add("content-type", "c")),\(add("x-s", "2")),\(add("server", "me")),\
                {"header":{"key":"date","value":"now"},"appendAction":"OVERWRITE_IF_EXISTS_OR_ADD"}]
                """, answer: "content-type: b\r\nx-s: 1\r\n")
        #expect(result.origin.contains("user-agent: u,v\n") && result.origin.contains("accept: t,w\n"))
        #expect(result.origin.contains("x-a: 1\n") && result.origin.contains("x-a: 2\n"))
        func values(_ name: String) -> [String] { result.client.fields.filter { $0.name == name }.map(\.value) }
        #expect(values("content-type") == ["b,c"])
        #expect(values("x-s") == ["1", "2"])
        #expect(values("server") == ["envoy"])
        #expect(values("date") == ["now"])
    }

    @Test func theRequestIDIsReturnedWhereAskedFor() throws {
        let result = try forward(
            "GET / HTTP/1.1\r\nHost: a\r\nX-Request-ID: mine\r\n\r\n", manager: #","alwaysSetRequestIdInResponse":true"#)
        #expect(result.client["x-request-id"] == "mine")
    }

    @Test func clientsWithoutTheCookieOfTheirEndpointGetIt() throws {
        let route = #","hashPolicy":[{"cookie":{"name":"sess","ttl":"30s","path":"/p","attributes":[{"name":"Secure"}]}}]"#
        let cookie = try #require(try forward(get, route: route).client["set-cookie"])
        #expect(cookie.hasPrefix("sess=\"") && cookie.hasSuffix("\"; Max-Age=30; Path=/p; Secure; HttpOnly"))
        let known = try forward("GET / HTTP/1.1\r\nHost: a\r\nCookie: sess=1\r\n\r\n", route: route)
        #expect(known.client["set-cookie"] == nil)
    }

    @Test func everyEndpointGetsItsOwnName() throws {
        let first = try ScriptedOrigin.answering("one")
        let second = try ScriptedOrigin.answering("two")
        func endpoint(_ origin: ScriptedOrigin, _ name: String) -> String {
            #"{"endpoint":{"hostname":"\#(name)","address":{"socketAddress":{"address":"127.0.0.1","portValue":\#(origin.port)}}}}"#
        }
        let cluster = """
            {"name":"origin","type":"STATIC","connectTimeout":"2s","loadAssignment":{"clusterName":"origin","endpoints":[\
            {"lbEndpoints":[\(endpoint(first, "one.example")),\(endpoint(second, "a-longer-name.example"))]}]}}
            """
        let proxy = try TestProxy(.proxy(to: cluster, route: #","autoHostRewrite":true"#))
        for _ in 0..<4 { _ = try proxy.exchange("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody") }
        for (origin, name) in [(first, "one.example"), (second, "a-longer-name.example")] {
            #expect(origin.notes.count == 2)
            #expect(origin.notes.allSatisfy { $0.contains("\nhost: \(name)\n") && $0.hasSuffix("\nbody") })
            #expect(origin.notes.allSatisfy { $0.contains("x-envoy-original-host: a\n") })
        }
    }

    @Test func aWeightedClustersOwnHostIsNotTold() throws {
        let origin = try ScriptedOrigin.answering("ok")
        let proxy = try TestProxy(
            .http(
                #"{"name":"v","domains":["*"],"routes":[{"match":{"prefix":"/"},"route":{"weightedClusters":{"clusters":[{"name":"origin","weight":1,"hostRewriteLiteral":"w.example"}]}}}]}"#,
                clusters: [ProxyResources.cluster(origin.port)]))
        _ = try proxy.exchange(get)
        let seen = try #require(origin.notes.first)
        #expect(seen.contains("\nhost: w.example\n") && !seen.contains("x-envoy-original-host"))
    }

    /// Virtual host, status, location.
    @Test(arguments: [
        (#""routes":[{"match":{"prefix":"/"},"directResponse":{"status":201}}]"#, "201", "http://api.example:81/a/b?q=1"),
        (#""routes":[{"match":{"prefix":"/"},"directResponse":{"status":204}}]"#, "204", nil),
        (#""requireTls":"ALL","routes":[]"#, "301", "https://api.example:81/a/b?q=1"),
    ] as [(String, String, String?)])
    func answersOfTheProxySayWhere(host: String, status: String, location: String?) throws {
        let proxy = try TestProxy(.http(#"{"name":"v","domains":["*"],\#(host)}"#, clusters: []))
        let answer = try proxy.exchange(get)
        #expect(answer.startLine.hasPrefix("HTTP/1.1 \(status) ") && answer["location"] == location)
    }

    @Test(arguments: ["force-trace", "ip-tags", "original-url", "max-retries", "retry-on", "upstream-rq-timeout-ms"])
    func clientsDoNotSpeakToTheRouter(name: String) throws {
        let request = "GET / HTTP/1.1\r\nHost: a\r\nX-Envoy-\(name): 1\r\n\r\n"
        #expect(try !forward(request).origin.contains("x-envoy-\(name)"))
    }
}
