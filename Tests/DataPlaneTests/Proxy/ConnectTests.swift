import Testing

@testable import DataPlane

@Suite struct ConnectTests {
    private func proxy(_ origin: ScriptedOrigin, route: String, manager: String = "") throws -> TestProxy {
        try TestProxy(
            .http(
                """
                {"name":"v","domains":["a.example"],"routes":[{"match":{"connectMatcher":{}},"route":{"cluster":"origin"\(route)}}]},\
                {"name":"all","domains":["*"],"routes":[{"match":{"prefix":"/"},"route":{"cluster":"origin"}}]}
                """, clusters: [ProxyResources.cluster(origin.port)], manager: manager))
    }

    private let request = "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n"
    private let terminates = #","upgradeConfigs":[{"upgradeType":"CONNECT","connectConfig":{}}]"#

    @Test func theProxyOpensATunnelWhereTheRouteSaysSo() throws {
        let origin = try ScriptedOrigin { socket, origin in
            while let bytes = socket.readSome(), !bytes.isEmpty {
                origin.note(String(decoding: bytes, as: UTF8.self))
                try socket.write(bytes.map { $0 ^ 0x20 })
            }
        }
        let proxy = try proxy(origin, route: terminates)
        let client = try proxy.connect()
        try client.write(request)
        let answer = try client.readMessage(toHead: true)
        #expect(answer.startLine == "HTTP/1.1 200 OK")
        #expect(answer["content-length"] == nil && answer["transfer-encoding"] == nil && answer["connection"] == nil)
        try client.write("hello")
        #expect(client.readSome() == Array("HELLO".utf8))
        #expect(origin.notes == ["hello"])
    }

    @Test func bytesThatComeWithTheRequestAreNotLost() throws {
        let origin = try ScriptedOrigin.answering("inside")
        let proxy = try proxy(origin, route: terminates)
        let client = try proxy.connect()
        try client.write(request + "GET /early HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.readMessage(toHead: true).startLine == "HTTP/1.1 200 OK")
        #expect(try client.readMessage().body == "inside")
        #expect(origin.notes.first?.hasPrefix("GET /early HTTP/1.1\nhost: x") == true)
    }

    @Test func theNextProxyMayOpenTheTunnel() throws {
        let origin = try ScriptedOrigin { socket, origin in
            origin.note(try socket.readMessage())
            try socket.write("HTTP/1.1 200 Established\r\nx-hop: 1\r\n\r\n")
            if let bytes = socket.readSome() { try socket.write(bytes) }
        }
        let proxy = try proxy(origin, route: "", manager: #","upgradeConfigs":[{"upgradeType":"CONNECT"}]"#)
        let client = try proxy.connect()
        try client.write(request)
        let answer = try client.readMessage(toHead: true)
        #expect(answer.startLine == "HTTP/1.1 200 Established" && answer["x-hop"] == "1")
        try client.write("ping")
        #expect(client.readSome() == Array("ping".utf8))
        #expect(origin.notes.first?.hasPrefix("CONNECT a.example:443 HTTP/1.1\nhost: a.example:443\n") == true)
    }

    @Test func theNextProxyMayRefuse() throws {
        let origin = try ScriptedOrigin { socket, _ in
            _ = try socket.readMessage()
            try socket.write("HTTP/1.1 407 Who\r\ncontent-length: 3\r\n\r\nyou")
        }
        let proxy = try proxy(origin, route: "", manager: #","upgradeConfigs":[{"upgradeType":"CONNECT"}]"#)
        let answer = try proxy.exchange(request)
        #expect(answer.startLine == "HTTP/1.1 407 Who" && answer.body == "you")
    }

    @Test func aTunnelThatNobodyAllowedIsRefused() throws {
        let origin = try ScriptedOrigin.answering("ok")
        let refused = try proxy(origin, route: "").exchange(request)
        #expect(refused.startLine.contains(" 403 ") && refused["x-petrel-reason"] == "upgrade-refused")
        let unknown = try proxy(origin, route: terminates).exchange(
            "CONNECT b.example:443 HTTP/1.1\r\nHost: b.example:443\r\n\r\n")
        #expect(unknown.startLine.contains(" 404 ") && unknown["x-petrel-reason"] == "no-route")
        #expect(origin.notes.isEmpty)
    }

    @Test func aTunnelToAnOriginThatIsAwayFails() throws {
        let origin = try ScriptedOrigin.answering("ok")
        let port = origin.port
        origin.close()
        let proxy = try TestProxy(
            .http(
                #"{"name":"v","domains":["*"],"routes":[{"match":{"connectMatcher":{}},"route":{"cluster":"origin"\#(terminates)}}]}"#,
                clusters: [ProxyResources.cluster(port)]))
        let answer = try proxy.exchange(request)
        #expect(answer.startLine.contains(" 503 ") && answer["x-petrel-reason"] == "upstream-connect-failure")
    }

    @Test func anExplicitProxyTakesWholeAddresses() throws {
        let origin = try ScriptedOrigin.answering("ok")
        let proxy = try proxy(origin, route: "")
        #expect(try proxy.exchange("GET http://b.example/x?y HTTP/1.1\r\nHost: other\r\n\r\n").body == "ok")
        #expect(origin.notes.first?.hasPrefix("GET /x?y HTTP/1.1\nhost: b.example\n") == true)
    }
}
