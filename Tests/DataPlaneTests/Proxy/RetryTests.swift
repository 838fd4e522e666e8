import Testing

@testable import DataPlane

@Suite struct RetryTests {
    private static func retry(_ on: String, _ more: String = "") -> String {
        #","retryPolicy":{"retryOn":"\#(on)","numRetries":2,"retryBackOff":{"baseInterval":"0.002s"}\#(more)}"#
    }

    /// An origin that answers with the given statuses, one after the other over all connections.
    private static func origin(_ answers: [String]) throws -> ScriptedOrigin {
        try ScriptedOrigin { socket, origin in
            while true {
                origin.note(try socket.readMessage())
                let answer = answers[min(origin.notes.count, answers.count) - 1]
                if answer.isEmpty { return socket.resetOnClose() }
                try socket.write(answer)
            }
        }
    }

    private static func answer(_ status: Int, _ body: String = "", _ headers: String = "") -> String {
        "HTTP/1.1 \(status) X\r\n\(headers)content-length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// Conditions, answers of the origin, status that the client gets, attempts.
    static let answers: [(String, [String], Int, Int)] = [
        ("5xx", [answer(500, "bad"), answer(200)], 200, 2),
        ("5xx", [answer(500, "bad"), answer(503), answer(200)], 200, 3),
        ("5xx", [answer(500), answer(500), answer(502, "bad"), answer(200)], 502, 3),
        ("5xx", [answer(404), answer(200)], 404, 1),
        ("gateway-error", [answer(500), answer(200)], 500, 1),
        ("gateway-error", [answer(502), answer(200)], 200, 2),
        ("retriable-4xx", [answer(409), answer(200)], 200, 2),
        ("retriable-status-codes", [answer(418), answer(200)], 200, 2),
        ("retriable-status-codes", [answer(419), answer(200)], 419, 1),
        ("retriable-headers", [answer(200, "", "x-again: yes\r\n"), answer(201)], 201, 2),
        ("unavailable", [answer(200, "", "grpc-status: 14\r\n"), answer(201)], 201, 2),
        ("reset", ["", answer(200)], 200, 2), ("connect-failure", ["", answer(200)], 503, 1),
        ("5xx", ["", "", "", answer(200)], 503, 3),
    ]

    @Test(arguments: answers)
    func triesAgainOnAnswers(on: String, script: [String], status: Int, attempts: Int) throws {
        let origin = try Self.origin(script)
        let more = #","retriableStatusCodes":[418],"retriableHeaders":[{"name":"x-again","presentMatch":true}]"#
        let proxy = try TestProxy(
            .proxy(to: ProxyResources.cluster(origin.port), route: Self.retry(on, more)))
        let answer = try proxy.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(answer.startLine.hasPrefix("HTTP/1.1 \(status)"))
        #expect(origin.notes.count == attempts)
    }

    @Test func aBodyThatWasKeptIsSentAgain() throws {
        let origin = try Self.origin([Self.answer(500), Self.answer(200)])
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port), route: Self.retry("5xx")))
        let body = String(repeating: "0123456789abcdef", count: 20_000)
        for head in ["content-length: \(body.utf8.count)\r\n\r\n\(body)", "transfer-encoding: chunked\r\n\r\n\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"] {
            let client = try proxy.connect()
            try client.write("POST / HTTP/1.1\r\nHost: a\r\n\(head)")
            #expect(try client.readMessage().startLine.contains(" 200 "))
        }
        #expect(origin.notes.count == 3)
        #expect(origin.notes.allSatisfy { $0.hasSuffix(body) })
    }

    @Test(arguments: [100_000, 51_000, 3000])
    func aBodyOverTheLimitIsSentOnce(length: Int) throws {
        let origin = try Self.origin([Self.answer(500), Self.answer(200)])
        let resources = ProxyResources.http(
            """
            {"name":"all","domains":["*"],"routes":[{"match":{"prefix":"/"},"requestBodyBufferLimit":"\(length / 2)",\
            "route":{"cluster":"origin"\(Self.retry("5xx"))}}]}
            """, clusters: [ProxyResources.cluster(origin.port)])
        let proxy = try TestProxy(resources)
        let body = String(repeating: "x", count: length)
        let answer = try proxy.exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n\(body)")
        #expect(answer.startLine.contains(" 500 "))
        #expect(origin.notes.count == 1)
    }

    @Test func theAttemptIsCountedForOriginAndClient() throws {
        let origin = try Self.origin([Self.answer(500), Self.answer(500), Self.answer(200)])
        let resources = ProxyResources.http(
            """
            {"name":"all","domains":["*"],"includeRequestAttemptCount":true,"includeAttemptCountInResponse":true,\
            "routes":[{"match":{"prefix":"/"},"route":{"cluster":"origin","timeout":"9s"\(Self.retry("5xx"))}}]}
            """, clusters: [ProxyResources.cluster(origin.port)])
        let answer = try TestProxy(resources).exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(answer["x-envoy-attempt-count"] == "3")
        for (number, note) in origin.notes.enumerated() {
            #expect(note.contains("x-envoy-attempt-count: \(number + 1)\n"), "\(note)")
            #expect(note.contains("x-envoy-expected-rq-timeout-ms: "))
        }
    }

    @Test func anAttemptHasItsOwnTime() throws {
        let origin = try ScriptedOrigin { socket, origin in
            while true {
                origin.note(try socket.readMessage())
                if origin.notes.count == 1 { _ = socket.readSome() }
                try socket.write(Self.answer(200))
            }
        }
        let proxy = try TestProxy(
            .proxy(to: ProxyResources.cluster(origin.port), route: Self.retry("reset", #","perTryTimeout":"0.05s""#)))
        #expect(try proxy.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").startLine.contains(" 200 "))
        #expect(origin.notes.count == 2)
        #expect(origin.notes[0].contains("x-envoy-expected-rq-timeout-ms: 50\n"))
    }

    @Test func anAttemptOutOfTimeThatIsNotRepeatedIsATimeout() throws {
        let origin = try ScriptedOrigin { socket, _ in
            _ = try socket.readMessage()
            _ = socket.readSome()
        }
        let proxy = try TestProxy(
            .proxy(
                to: ProxyResources.cluster(origin.port),
                route: Self.retry("connect-failure", #","perTryTimeout":"0.03s""#)))
        let answer = try proxy.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(answer.startLine.contains(" 504 "))
        #expect(answer["x-petrel-reason"] == "upstream-timeout")
    }

    @Test func theBreakerOfTheClusterLimitsRetries() throws {
        let origin = try Self.origin([Self.answer(503, "first"), Self.answer(200)])
        let breaker = #","circuitBreakers":{"thresholds":[{"maxRetries":0}]}"#
        let proxy = try TestProxy(
            .proxy(to: ProxyResources.cluster(origin.port, extra: breaker), route: Self.retry("5xx")))
        let answer = try proxy.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(answer.startLine.contains(" 503 ") && answer.body == "first")
        #expect(origin.notes.count == 1)
    }

    @Test func aRetryGoesToAnEndpointNotTriedYet() throws {
        let bad = try Self.origin([Self.answer(500)])
        let good = try Self.origin([Self.answer(200)])
        let cluster = """
            {"name":"origin","type":"STATIC","connectTimeout":"2s","lbPolicy":"RANDOM","loadAssignment":{"clusterName":"origin","endpoints":[\
            {"lbEndpoints":[{"endpoint":{"address":{"socketAddress":{"address":"127.0.0.1","portValue":\(bad.port)}}}},\
            {"endpoint":{"address":{"socketAddress":{"address":"127.0.0.1","portValue":\(good.port)}}}}]}]}}
            """
        let proxy = try TestProxy(
            .proxy(
                to: cluster,
                route: Self.retry(
                    "5xx",
                    #","retryHostPredicate":[{"name":"envoy.retry_host_predicates.previous_hosts"}],"hostSelectionRetryMaxAttempts":"60""#)))
        for _ in 0..<20 {
            #expect(try proxy.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").startLine.contains(" 200 "))
        }
        #expect(good.notes.count == 20)
        // Once for each request that began there, and never twice for one.
        #expect(bad.notes.count < 20)
    }

    /// What limits a request, the route's fields and the manager's, a request, the status.
    static let limits: [(String, String, String, Int)] = [
        (#","maxStreamDuration":{"maxStreamDuration":"0.05s"}"#, "", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 504),
        ("", #","commonHttpProtocolOptions":{"maxStreamDuration":"0.05s"}"#, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 504),
        (#","idleTimeout":"0.05s""#, "", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 504),
        (#","idleTimeout":"0.05s""#, "", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc", 408),
        ("", #","requestTimeout":"0.05s""#, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc", 408),
    ]

    @Test(arguments: limits)
    func theWholeIsLimitedToo(route: String, manager: String, request: String, status: Int) throws {
        let origin = try ScriptedOrigin { socket, _ in while let bytes = socket.readSome(), !bytes.isEmpty {} }
        let proxy = try TestProxy(
            .proxy(to: ProxyResources.cluster(origin.port), route: route, manager: manager))
        #expect(try proxy.exchange(request).startLine.hasPrefix("HTTP/1.1 \(status) "))
    }
}
