import Testing

@testable import DataPlane

@Suite struct FilterTests {
    private static func filter(_ name: String, _ type: String, _ fields: String = "") -> String {
        #"{"name":"\#(name)","typedConfig":{"@type":"type.googleapis.com/envoy.extensions.filters.http.\#(type)"\#(fields)}},"#
    }

    private static let fault = filter("fault", "fault.v3.HTTPFault")
    private static let cors = filter("cors", "cors.v3.Cors")

    private static func resources(
        _ origin: ScriptedOrigin, filters: String, override: String, name: String, type: String, extra: String = ""
    ) -> ProxyResources {
        ProxyResources.http(
            """
            {"name":"all","domains":["*"],"routes":[{"name":"main","match":{"prefix":"/"},"route":{"cluster":"origin"},\
            "typedPerFilterConfig":{"\(name)":{"@type":"type.googleapis.com/envoy.extensions.filters.http.\(type)"\(override)}}\(extra)}]}
            """, clusters: [ProxyResources.cluster(origin.port)], filters: filters)
    }

    // MARK: - Faults

    @Test(arguments: [
        (#","abort":{"httpStatus":418,"percentage":{"numerator":100}}"#, 418),
        (#","abort":{"httpStatus":418,"percentage":{"numerator":0}}"#, 200),
        (#","abort":{"grpcStatus":14,"percentage":{"numerator":100}}"#, 503),
        (#","abort":{"httpStatus":418,"percentage":{"numerator":100}},"headers":[{"name":"x-a","stringMatch":{"exact":"b"}}]"#, 200),
        (#","abort":{"httpStatus":418,"percentage":{"numerator":100}},"headers":[{"name":"x-a","stringMatch":{"exact":"c"}}]"#, 418),
        (#","abort":{"httpStatus":418,"percentage":{"numerator":100}},"upstreamCluster":"other""#, 200),
    ])
    func abortsRequestsAsTheRouteSays(fields: String, status: Int) throws {
        let origin = try ScriptedOrigin.answering("ok")
        let proxy = try TestProxy(
            Self.resources(origin, filters: Self.fault, override: fields, name: "fault", type: "fault.v3.HTTPFault"))
        let answer = try proxy.exchange("GET / HTTP/1.1\r\nHost: a\r\nX-A: c\r\n\r\n")
        #expect(answer.startLine.hasPrefix("HTTP/1.1 \(status) "))
        #expect(answer["x-petrel-reason"] == (status == 200 ? nil : "fault-aborted"))
        #expect(origin.notes.count == (status == 200 ? 1 : 0))
    }

    @Test func aDelayedRequestReachesItsOriginWithItsBody() throws {
        let origin = try ScriptedOrigin.answering("ok")
        let delay = #","delay":{"fixedDelay":"0.02s","percentage":{"numerator":100}}"#
        let proxy = try TestProxy(
            Self.resources(origin, filters: Self.fault, override: delay, name: "fault", type: "fault.v3.HTTPFault"))
        let client = try proxy.connect()
        for _ in 0..<2 {
            let body = String(repeating: "x", count: 60_000)
            try client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n\(body)")
            #expect(try client.readMessage().body == "ok")
            #expect(origin.notes.last?.hasSuffix(body) == true)
        }
    }

    @Test func aDelayedRequestMayBeAbortedAfterwards() throws {
        let origin = try ScriptedOrigin.answering("ok")
        let both = """
            ,"delay":{"fixedDelay":"0.01s","percentage":{"numerator":100}},\
            "abort":{"httpStatus":500,"percentage":{"numerator":100}}
            """
        let proxy = try TestProxy(
            Self.resources(origin, filters: Self.fault, override: both, name: "fault", type: "fault.v3.HTTPFault"))
        #expect(try proxy.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").startLine.contains(" 500 "))
        #expect(origin.notes.isEmpty)
    }

    // MARK: - CORS

    private static let policy = """
        ,"allowOriginStringMatch":[{"exact":"https://a.example"}],"allowMethods":"GET, PUT","allowHeaders":"x-h",\
        "exposeHeaders":"x-e","maxAge":"60","allowCredentials":true,"forwardNotMatchingPreflights":false
        """

    private func cors(_ origin: ScriptedOrigin) throws -> TestProxy {
        try TestProxy(
            Self.resources(
                origin, filters: Self.cors, override: Self.policy, name: "cors", type: "cors.v3.CorsPolicy",
                extra: #","responseHeadersToAdd":[{"header":{"key":"x-route","value":"r"}}]"#))
    }

    @Test func answersPreflightsOfAllowedOrigins() throws {
        let origin = try ScriptedOrigin.answering("ok")
        let answer = try cors(origin).exchange(
            "OPTIONS / HTTP/1.1\r\nHost: a\r\nOrigin: https://a.example\r\nAccess-Control-Request-Method: PUT\r\n\r\n")
        #expect(answer.startLine.contains(" 200 "))
        #expect(answer["access-control-allow-origin"] == "https://a.example")
        #expect(answer["access-control-allow-methods"] == "GET, PUT")
        #expect(answer["access-control-allow-headers"] == "x-h")
        #expect(answer["access-control-max-age"] == "60")
        #expect(answer["access-control-allow-credentials"] == "true")
        #expect(answer["access-control-expose-headers"] == "x-e")
        #expect(answer["x-route"] == nil)
        #expect(origin.notes.isEmpty)
    }

    @Test func letsAllowedOriginsReadTheAnswer() throws {
        let origin = try ScriptedOrigin.answering("ok", headers: "access-control-allow-origin: nobody\r\n")
        let answer = try cors(origin).exchange("GET / HTTP/1.1\r\nHost: a\r\nOrigin: https://a.example\r\n\r\n")
        #expect(answer.fields.filter { $0.name == "access-control-allow-origin" }.map(\.value) == ["https://a.example"])
        #expect(answer["access-control-expose-headers"] == "x-e")
        #expect(answer["access-control-allow-methods"] == nil)
        #expect(answer["x-route"] == "r")
    }

    @Test func otherOriginsGetNothing() throws {
        let origin = try ScriptedOrigin.answering("ok")
        let proxy = try cors(origin)
        let answer = try proxy.exchange("GET / HTTP/1.1\r\nHost: a\r\nOrigin: https://b.example\r\n\r\n")
        #expect(answer.body == "ok" && answer["access-control-allow-origin"] == nil)
        let preflight = try proxy.exchange(
            "OPTIONS / HTTP/1.1\r\nHost: a\r\nOrigin: https://b.example\r\nAccess-Control-Request-Method: PUT\r\n\r\n")
        #expect(preflight.startLine.contains(" 200 ") && preflight["access-control-allow-origin"] == nil)
        #expect(origin.notes.count == 1)
    }

    // MARK: - Local rate limit

    @Test func anEmptyBucketRefuses() throws {
        let origin = try ScriptedOrigin.answering("ok")
        let limit = """
            ,"statPrefix":"l","tokenBucket":{"maxTokens":2,"tokensPerFill":1,"fillInterval":"3600s"},\
            "filterEnabled":{"defaultValue":{"numerator":100}},"filterEnforced":{"defaultValue":{"numerator":100}},\
            "status":{"code":503},"responseHeadersToAdd":[{"header":{"key":"x-limit","value":"%PROTOCOL%"}}]
            """
        let resources = ProxyResources.http(
            #"{"name":"all","domains":["*"],"routes":[{"match":{"prefix":"/"},"route":{"cluster":"origin"}}]}"#,
            clusters: [ProxyResources.cluster(origin.port)],
            filters: Self.filter("limit", "local_ratelimit.v3.LocalRateLimit", limit))
        let proxy = try TestProxy(resources) { $0.concurrency = 2 }
        var statuses: [String] = []
        for _ in 0..<4 {
            let answer = try proxy.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            statuses.append(String(answer.startLine.split(separator: " ")[1]))
            let isRefused = statuses.count > 2
            #expect(answer["x-petrel-reason"] == (isRefused ? "rate-limited" : nil))
            #expect(answer["x-limit"] == (isRefused ? "HTTP/1.1" : nil))
        }
        #expect(statuses == ["200", "200", "503", "503"])
    }

    @Test func anEmptyBucketThatIsNotEnforcedMarksTheRequest() throws {
        let origin = try ScriptedOrigin.answering("ok")
        let limit = """
            ,"statPrefix":"l","tokenBucket":{"maxTokens":1,"fillInterval":"3600s"},\
            "filterEnabled":{"defaultValue":{"numerator":100}},"filterEnforced":{"defaultValue":{"numerator":0}},\
            "requestHeadersToAddWhenNotEnforced":[{"header":{"key":"x-over","value":"yes"}}]
            """
        let proxy = try TestProxy(
            Self.resources(
                origin, filters: Self.filter("limit", "local_ratelimit.v3.LocalRateLimit", #","statPrefix":"x""#),
                override: limit, name: "limit", type: "local_ratelimit.v3.LocalRateLimit"))
        for _ in 0..<2 { #expect(try proxy.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").body == "ok") }
        #expect(origin.notes.map { $0.contains("x-over: yes") } == [false, true])
    }

    // MARK: - gRPC

    private let call = "POST /s/m HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc\r\ngrpc-timeout: 5S\r\nContent-Length: 0\r\n\r\n"

    @Test func aGRPCClientIsToldTheStatusOfTheFault() throws {
        let origin = try ScriptedOrigin.answering("ok")
        let abort = #","abort":{"grpcStatus":5,"percentage":{"numerator":100}}"#
        let proxy = try TestProxy(
            Self.resources(origin, filters: Self.fault, override: abort, name: "fault", type: "fault.v3.HTTPFault"))
        let answer = try proxy.exchange(call)
        #expect(answer.startLine.contains(" 200 ") && answer["grpc-status"] == "5")
    }

    @Test(arguments: [(",\"rateLimitedAsResourceExhausted\":true", "8"), ("", "14")])
    func aGRPCClientIsToldOfARateLimit(more: String, status: String) throws {
        let origin = try ScriptedOrigin.answering("ok")
        let limit = """
            ,"statPrefix":"l","tokenBucket":{"maxTokens":1,"fillInterval":"3600s"},\
            "filterEnabled":{"defaultValue":{"numerator":100}},"filterEnforced":{"defaultValue":{"numerator":100}}\(more)
            """
        let proxy = try TestProxy(
            .http(
                #"{"name":"all","domains":["*"],"routes":[{"match":{"prefix":"/"},"route":{"cluster":"origin"}}]}"#,
                clusters: [ProxyResources.cluster(origin.port)],
                filters: Self.filter("limit", "local_ratelimit.v3.LocalRateLimit", limit)))
        _ = try proxy.exchange(call)
        #expect(try proxy.exchange(call)["grpc-status"] == status)
    }

    /// Route fields, what the origin is told.
    @Test(arguments: [
        (",\"timeout\":\"9s\",\"maxGrpcTimeout\":\"0s\"", "5000m", "5000"), (",\"maxGrpcTimeout\":\"3s\"", "3000m", "3000"),
        (",\"timeout\":\"9s\"", "5S", "9000"),
        (",\"timeout\":\"9s\",\"maxStreamDuration\":{\"grpcTimeoutHeaderMax\":\"0s\"}", "5000m", nil),
    ] as [(String, String, String?)])
    func theOriginIsToldTheLimitThatCounts(route: String, limit: String, expected: String?) throws {
        let origin = try ScriptedOrigin.answering("ok")
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port), route: route))
        _ = try proxy.exchange(call)
        let seen = try #require(origin.notes.first)
        #expect(seen.contains("\ngrpc-timeout: \(limit)\n"))
        if let expected {
            #expect(seen.contains("\nx-envoy-expected-rq-timeout-ms: \(expected)\n"))
        } else {
            #expect(!seen.contains("x-envoy-expected-rq-timeout-ms"))
        }
    }
}
