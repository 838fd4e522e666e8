import EnvoyAPI
import Testing

@testable import TrafficModel

struct RouteTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var match: String
        var request: RequestText
        var matches: Bool
        var testDescription: String { "\(match) \(request.method) \(request.path)" }

        init(_ match: String, _ path: String, _ matches: Bool, method: String = "GET", _ headers: [(String, String)] = []) {
            self.match = match
            self.matches = matches
            request = RequestText(
                method: method, path: path, authority: "h.example:80",
                headers: headers.map { RequestText.Header($0.0, $0.1) })
        }
    }

    static func header(_ fields: String) -> String { #"{"prefix": "/", "headers": [{"name": "x-a", \#(fields)}]}"# }

    static let paths: [Case] = [
        Case(#"{"prefix": "/"}"#, "/", true), Case(#"{"prefix": "/foo"}"#, "/foobar", true),
        Case(#"{"prefix": "/foo"}"#, "/fo", false), Case(#"{"prefix": "/Foo"}"#, "/foo", false),
        Case(#"{"prefix": "/Foo", "caseSensitive": false}"#, "/foO/x", true),
        Case(#"{"path": "/foo"}"#, "/foo", true), Case(#"{"path": "/foo"}"#, "/foo?x=1", true),
        Case(#"{"path": "/foo"}"#, "/foo/", false), Case(#"{"path": "/FOO", "caseSensitive": false}"#, "/foo", true),
        Case(#"{"pathSeparatedPrefix": "/foo"}"#, "/foo", true),
        Case(#"{"pathSeparatedPrefix": "/foo"}"#, "/foo/bar", true),
        Case(#"{"pathSeparatedPrefix": "/foo"}"#, "/foo?a", true),
        Case(#"{"pathSeparatedPrefix": "/foo"}"#, "/foobar", false),
        Case(#"{"safeRegex": {"regex": ".*"}}"#, "/anything", true),
        Case(#"{"safeRegex": {"regex": "/a/[0-9]+"}}"#, "/a/12?q", true),
        Case(#"{"safeRegex": {"regex": "/a/[0-9]+"}}"#, "/a/12/x", false),
        Case(#"{"connectMatcher": {}}"#, "", true, method: "CONNECT"), Case(#"{"connectMatcher": {}}"#, "/", false),
        Case(#"{"prefix": "/", "grpc": {}}"#, "/", true, [("content-type", "application/grpc")]),
        Case(#"{"prefix": "/", "grpc": {}}"#, "/", true, [("Content-Type", "application/grpc+proto")]),
        Case(#"{"prefix": "/", "grpc": {}}"#, "/", false, [("content-type", "application/grpcx")]),
        Case(#"{"prefix": "/", "grpc": {}}"#, "/", false),
        Case(#"{"prefix": "/", "queryParameters": [{"name": "a", "stringMatch": {"exact": "1"}}]}"#, "/?b=2&a=1", true),
        Case(#"{"prefix": "/", "queryParameters": [{"name": "a", "stringMatch": {"exact": "1"}}]}"#, "/?a=12", false),
        Case(#"{"prefix": "/", "queryParameters": [{"name": "a"}]}"#, "/?a", true),
        Case(#"{"prefix": "/", "queryParameters": [{"name": "a"}]}"#, "/?aa=1#a", false),
        Case(#"{"prefix": "/", "queryParameters": [{"name": "a", "presentMatch": false}]}"#, "/?b=1", true),
    ]

    static let headers: [Case] = [
        Case(header(#""stringMatch": {"exact": "v"}"#), "/", true, [("X-A", "v")]),
        Case(header(#""stringMatch": {"exact": "v"}"#), "/", false, [("x-a", "V")]),
        Case(header(#""stringMatch": {"exact": "V", "ignoreCase": true}"#), "/", true, [("x-a", "v")]),
        Case(header(#""stringMatch": {"prefix": "v"}"#), "/", true, [("x-a", "vw")]),
        Case(header(#""stringMatch": {"suffix": "w"}"#), "/", true, [("x-a", "vw")]),
        Case(header(#""stringMatch": {"contains": "o"}"#), "/", true, [("x-a", "foo")]),
        Case(header(#""stringMatch": {"safeRegex": {"regex": "a.c"}}"#), "/", true, [("x-a", "abc")]),
        Case(header(#""stringMatch": {"safeRegex": {"regex": "a.c"}}"#), "/", false, [("x-a", "xabc")]),
        // One of several lines is enough; inverted, none may match.
        Case(header(#""stringMatch": {"exact": "1,2"}"#), "/", false, [("x-a", "1"), ("x-b", "0"), ("x-a", "2")]),
        Case(header(#""stringMatch": {"exact": "2"}"#), "/", true, [("x-a", "1"), ("x-b", "0"), ("x-a", "2")]),
        Case(header(#""stringMatch": {"exact": "2"}, "invertMatch": true"#), "/", false, [("x-a", "1"), ("x-a", "2")]),
        Case(header(#""presentMatch": true"#), "/", true, [("x-a", "")]),
        Case(header(#""presentMatch": true"#), "/", false),
        Case(header(#""presentMatch": false"#), "/", true),
        Case(header(#""presentMatch": true, "invertMatch": true"#), "/", true),
        Case(header(#""presentMatch": true, "treatMissingHeaderAsEmpty": true"#), "/", true),
        Case(header(#""rangeMatch": {"start": "-10", "end": "0"}"#), "/", true, [("x-a", "-1")]),
        Case(header(#""rangeMatch": {"start": "-10", "end": "0"}"#), "/", false, [("x-a", "0")]),
        Case(header(#""rangeMatch": {"start": "0", "end": "9"}"#), "/", false, [("x-a", "1a")]),
        // Envoy: without a header an inverted condition on its value doesn't hold ...
        Case(header(#""stringMatch": {"exact": "v"}, "invertMatch": true"#), "/", false),
        Case(header(#""stringMatch": {"exact": "v"}, "invertMatch": true"#), "/", true, [("x-a", "w")]),
        // ... unless it counts as empty.
        Case(header(#""stringMatch": {"exact": "v"}, "invertMatch": true, "treatMissingHeaderAsEmpty": true"#), "/", true),
        Case(#"{"prefix": "/", "headers": [{"name": ":method", "stringMatch": {"exact": "POST"}}]}"#, "/", true, method: "POST"),
        Case(#"{"prefix": "/", "headers": [{"name": ":authority", "stringMatch": {"prefix": "h.ex"}}]}"#, "/", true),
        Case(#"{"prefix": "/", "headers": [{"name": ":scheme", "stringMatch": {"exact": "https"}}]}"#, "/", false),
        Case(#"{"prefix": "/", "headers": [{"name": ":path", "stringMatch": {"suffix": "q=1"}}]}"#, "/?q=1", true),
    ]

    @Test(arguments: paths + headers) func conditionsHoldAsEnvoyDocumentsThem(_ item: Case) throws {
        let tables = try Fixture.tables(
            routes: #"[{"match": \#(item.match), "route": {"cluster": "a"}}, {"match": {"prefix": ""}, "route": {"cluster": "b"}}]"#)
        let outcome = try tables.request(item.request)
        #expect(outcome.cluster == (item.matches ? "a" : "b"))
    }

    @Test func theFirstRouteThatMatchesIsTaken() throws {
        let tables = try Fixture.tables(
            routes: """
                [{"match": {"prefix": "/a"}, "route": {"cluster": "a"}}, {"match": {"path": "/a/b"}, "route": {"cluster": "b"}}]
                """)
        #expect(try tables.request(RequestText(path: "/a/b", authority: "h")).cluster == "a")
        let missed = try tables.request(RequestText(path: "/c", authority: "h"))
        #expect(missed.decision.reason == .noRoute)
        #expect(missed.decision.status == 404)
    }

    @Test func weightsDivideTheRandomNumbers() throws {
        let tables = try Fixture.tables(
            routes: """
                [{"match": {"prefix": "/"}, "route": {"weightedClusters": {"clusters": [
                  {"name": "a", "weight": 1}, {"name": "b", "weight": 0}, {"name": "c", "weight": 3, "hostRewriteLiteral": "c.host"}]}}}]
                """)
        var counts: [String: Int] = [:]
        for random in 0..<400 {
            counts[try tables.request(RequestText(authority: "h"), random: UInt64(random)).cluster, default: 0] += 1
        }
        #expect(counts == ["a": 100, "c": 300])
        #expect(try tables.request(RequestText(authority: "h"), random: 3).authority == "c.host")
    }

    @Test(arguments: [("b", "b", Reason.none), ("nowhere", "", .noCluster), ("", "", .noCluster)])
    func aHeaderNamesTheCluster(value: String, cluster: String, reason: Reason) throws {
        let tables = try Fixture.tables(
            routes: #"[{"match": {"prefix": "/"}, "route": {"clusterHeader": "X-To", "clusterNotFoundResponseCode": "NOT_FOUND"}}]"#)
        let headers = value.isEmpty ? [] : [RequestText.Header("x-to", value)]
        let outcome = try tables.request(RequestText(authority: "h", headers: headers))
        #expect(outcome.cluster == cluster)
        #expect(outcome.decision.reason == reason)
        if reason != .none { #expect(outcome.decision.status == 404) }
    }

    @Test func runtimeFractionsLetAShareThrough() throws {
        let tables = try Fixture.tables(
            routes: """
                [{"match": {"prefix": "/", "runtimeFraction": {"defaultValue": {"numerator": 25}}}, "route": {"cluster": "a"}},
                 {"match": {"prefix": "/"}, "route": {"cluster": "b"}}]
                """)
        #expect(try tables.request(RequestText(authority: "h"), random: 249_999).cluster == "a")
        #expect(try tables.request(RequestText(authority: "h"), random: 250_000).cluster == "b")
    }

    @Test func plainRequestsAreRedirectedWhereTLSIsRequired() throws {
        let tables = try Fixture.tables(
            routes: #"[{"match": {"prefix": "/"}, "route": {"cluster": "a"}}]"#, host: #", "requireTls": "ALL""#)
        let plain = try tables.request(RequestText(path: "/x?y", authority: "h:80"))
        #expect(plain.decision.reason == .tlsRequired)
        #expect(plain.location == "https://h:80/x?y")
        #expect(try tables.request(RequestText(authority: "h", scheme: "https")).cluster == "a")
    }

    @Test func aMissingRouteConfigurationIsSaid() throws {
        let tables = try Fixture.compile(ResourceSet(listeners: [Fixture.httpListener()]))
        let outcome = try tables.request(RequestText(authority: "h"))
        #expect(outcome.decision.reason == .noRouteConfiguration)
    }
}
