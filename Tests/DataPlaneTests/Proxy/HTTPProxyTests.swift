import Glibc
import Testing

@testable import DataPlane

@Suite struct HTTPProxyTests {
    @Test func carriesARequestAndItsAnswer() throws {
        let origin = try ScriptedOrigin.answering("hello", headers: "Server: origin\r\nX-Own: 1\r\n")
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let answer = try proxy.exchange("GET /path?q=1 HTTP/1.1\r\nHost: Example.com\r\nX-Client: a\r\nConnection: keep-alive\r\n\r\n")
        #expect(answer.startLine == "HTTP/1.1 200 OK")
        #expect(answer.body == "hello")
        #expect(answer["x-own"] == "1")
        #expect(answer["server"] == "envoy")
        #expect(answer["x-envoy-upstream-service-time"] != nil)
        let seen = try #require(origin.notes.first).split(separator: "\n").map(String.init)
        #expect(seen[0] == "GET /path?q=1 HTTP/1.1")
        #expect(seen.contains("host: Example.com"))
        #expect(seen.contains("x-client: a"))
        #expect(seen.contains("x-forwarded-proto: http"))
        #expect(seen.contains { $0.hasPrefix("x-request-id: ") && $0.count == 14 + 36 })
        #expect(!seen.contains { $0.hasPrefix("connection") })
    }

    @Test func keepsBothConnectionsForTheNextRequest() throws {
        let origin = try ScriptedOrigin.answering("ok")
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let client = try proxy.connect()
        for index in 0..<20 {
            try client.write("GET /\(index) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.readMessage().body == "ok")
        }
        #expect(origin.connections == 1)
        #expect(origin.notes.count == 20)
    }

    @Test func answersPipelinedRequestsInOrder() throws {
        let origin = try ScriptedOrigin { socket, origin in
            while true {
                let request = try socket.readMessage()
                let body = request.startLine.split(separator: " ")[1]
                try socket.write("HTTP/1.1 200 OK\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)")
            }
        }
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let client = try proxy.connect()
        try client.write((0..<50).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
        for index in 0..<50 { #expect(try client.readMessage().body == "/\(index)") }
    }

    @Test func carriesBodiesOfEveryFraming() throws {
        let origin = try ScriptedOrigin { socket, origin in
            while true {
                let request = try socket.readMessage()
                origin.note(request)
                let half = request.body.count / 2
                let first = request.body.prefix(half)
                let second = request.body.dropFirst(half)
                var chunks = ""
                for part in [first, second] where !part.isEmpty {
                    chunks += String(part.utf8.count, radix: 16) + "\r\n" + part + "\r\n"
                }
                try socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\(chunks)0\r\nT: x\r\n\r\n")
            }
        }
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let client = try proxy.connect()
        for size in [0, 1, 10, 5000, 100_000, 300_000] {
            let body = String(repeating: "abcdefghij", count: (size + 9) / 10).prefix(size)
            try client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n\(body)")
            #expect(try client.readMessage().body == body)
            let chunk = size == 0 ? "" : "\(String(size, radix: 16));ext=1\r\n\(body)\r\n"
            try client.write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)0\r\n\r\n")
            #expect(try client.readMessage().body == body)
        }
        #expect(origin.connections == 1)
    }

    @Test func sendsNoBodyWhereThereIsNone() throws {
        let origin = try ScriptedOrigin { socket, origin in
            while true {
                let request = try socket.readMessage()
                if request.startLine.hasPrefix("HEAD") {
                    try socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")
                } else if request.startLine.contains("/304") {
                    try socket.write("HTTP/1.1 304 Not Modified\r\ncontent-length: 100\r\n\r\n")
                } else {
                    try socket.write("HTTP/1.1 204 No Content\r\n\r\n")
                }
            }
        }
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let client = try proxy.connect()
        try client.write("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.readMessage(toHead: true)["content-length"] == "100")
        try client.write("GET /304 HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.readMessage().startLine == "HTTP/1.1 304 Not Modified")
        try client.write("GET /204 HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.readMessage().startLine == "HTTP/1.1 204 No Content")
        #expect(origin.connections == 1)
    }

    @Test func readsResponsesThatEndWithTheConnection() throws {
        let origin = try ScriptedOrigin { socket, _ in
            _ = try socket.readMessage()
            try socket.write("HTTP/1.1 200 OK\r\n\r\nuntil the end")
            socket.finishWriting()
        }
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let answer = try proxy.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(answer["transfer-encoding"] == "chunked")
        #expect(answer.body == "until the end")
    }

    @Test func passesInterimResponsesOn() throws {
        let origin = try ScriptedOrigin { socket, _ in
            _ = try socket.readMessage()
            try socket.write("HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        }
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let client = try proxy.connect()
        try client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.readMessage().startLine == "HTTP/1.1 103 Early Hints")
        #expect(try client.readMessage().body == "ok")
    }

    @Test func answersExpectContinueItself() throws {
        let origin = try ScriptedOrigin.answering("ok")
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let client = try proxy.connect()
        try client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        #expect(try client.readMessage().startLine == "HTTP/1.1 100 Continue")
        try client.write("body")
        #expect(try client.readMessage().body == "ok")
        #expect(origin.notes.first?.hasSuffix("\n\nbody") == true)
        #expect(origin.notes.first?.contains("\nexpect:") == false)
    }

    @Test func readsAHeadByteByByte() throws {
        let origin = try ScriptedOrigin.answering("ok")
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let client = try proxy.connect()
        for byte in "GET /slow HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n".utf8 { try client.write([byte]) }
        #expect(try client.readMessage().body == "ok")
        #expect(origin.notes.first?.hasPrefix("GET /slow HTTP/1.1\n") == true)
    }

    @Test func acceptsAbsoluteForm() throws {
        let origin = try ScriptedOrigin.answering("ok")
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        _ = try proxy.exchange("GET http://real.example/p?q HTTP/1.1\r\nHost: other.example\r\n\r\n")
        #expect(origin.notes.first?.hasPrefix("GET /p?q HTTP/1.1\nhost: real.example\n") == true)
        _ = try proxy.exchange("GET http://real.example HTTP/1.1\r\nHost: other.example\r\n\r\n")
        #expect(origin.notes.last?.hasPrefix("GET / HTTP/1.1\nhost: real.example\n") == true)
    }

    @Test func dropsHopByHopHeaders() throws {
        let origin = try ScriptedOrigin.answering("ok", headers: "Connection: X-Hop\r\nKeep-Alive: timeout=5\r\n")
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let answer = try proxy.exchange(
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: close, X-Mine\r\nX-Mine: 1\r\nKeep-Alive: 5\r\nProxy-Connection: keep-alive\r\nTE: trailers\r\nUpgrade-Insecure-Requests: 1\r\n\r\n")
        #expect(answer["keep-alive"] == nil)
        #expect(answer["connection"] == "close")
        let seen = try #require(origin.notes.first)
        for name in ["x-mine", "\nkeep-alive", "proxy-connection", "\nconnection"] {
            #expect(!seen.contains(name), "\(name)")
        }
        #expect(seen.contains("\nte: trailers"))
        #expect(seen.contains("upgrade-insecure-requests: 1"))
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        ("GET / HTTP/1.0\r\nHost: a\r\n\r\n", "HTTP/1.1 426 Upgrade Required"),
        ("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", "HTTP/1.1 404 Not Found"),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", "HTTP/1.1 403 Forbidden"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 501 Not Implemented"),
        ("GET /#f HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        ("GET a HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        ("get / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", "HTTP/1.1 400 Bad Request"),
    ])
    func refusesAndCloses(_ request: String, _ status: String) throws {
        let origin = try ScriptedOrigin.answering("ok")
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let client = try proxy.connect()
        try client.write(request)
        let answer = try #require(HTTPText(try client.readAll()))
        #expect(answer.startLine == status)
        #expect(answer["connection"] == "close")
        #expect(answer["x-petrel-reason"] != nil)
        #expect(origin.notes.isEmpty)
    }

    @Test func explainsItsOwnAnswers() throws {
        let hosts = """
            {"name":"known:80","domains":["known.example"],"routes":[{"match":{"path":"/only"},"route":{"cluster":"origin"}}]},\
            {"name":"block_all","domains":["*"],"routes":[{"name":"block_all","match":{"prefix":"/"},"directResponse":{"status":502}}]}
            """
        let proxy = try TestProxy(.http(hosts, clusters: [ProxyResources.cluster(1)]))
        let blocked = try proxy.exchange("GET /x HTTP/1.1\r\nHost: unknown.example\r\n\r\n")
        #expect(blocked.startLine == "HTTP/1.1 502 Bad Gateway")
        #expect(blocked["x-petrel-reason"] == "no-virtual-host")
        #expect(blocked["content-type"] == "text/plain")
        #expect(blocked.body.contains("unknown.example"))
        #expect(blocked.body.contains("petrel explain http://unknown.example/x"))
        let missing = try proxy.exchange("GET /other HTTP/1.1\r\nHost: known.example\r\n\r\n")
        #expect(missing.startLine == "HTTP/1.1 404 Not Found")
        #expect(missing["x-petrel-reason"] == "no-route")
        let refused = try proxy.exchange("GET /only HTTP/1.1\r\nHost: known.example\r\n\r\n")
        #expect(refused.startLine == "HTTP/1.1 503 Service Unavailable")
        #expect(refused["x-petrel-reason"] == "upstream-connect-failure")
        #expect(refused.body.contains("onnection refused"))
    }

    @Test func rewritesHostPathAndHeaders() throws {
        let origin = try ScriptedOrigin.answering("ok", headers: "x-gone: 1\r\n")
        let host = """
            {"name":"v","domains":["*"],"routes":[{"name":"main","match":{"prefix":"/old"},"route":{"cluster":"origin",\
            "prefixRewrite":"/new","hostRewriteLiteral":"real.example"},"requestHeadersToAdd":[{"header":{"key":"x-added","value":"yes"},\
            "appendAction":"OVERWRITE_IF_EXISTS_OR_ADD"}],"requestHeadersToRemove":["x-secret"],"responseHeadersToAdd":[{"header":\
            {"key":"x-back","value":"b"}}],"responseHeadersToRemove":["x-gone"]}]}
            """
        let proxy = try TestProxy(.http(host, clusters: [ProxyResources.cluster(origin.port)]))
        let answer = try proxy.exchange("GET /old/a?b=c HTTP/1.1\r\nHost: a\r\nX-Added: no\r\nX-Secret: s\r\n\r\n")
        #expect(answer["x-back"] == "b")
        #expect(answer["x-gone"] == nil)
        let seen = try #require(origin.notes.first)
        #expect(seen.hasPrefix("GET /new/a?b=c HTTP/1.1\nhost: real.example\n"))
        #expect(seen.contains("x-added: yes"))
        #expect(!seen.contains("x-added: no"))
        #expect(!seen.contains("x-secret"))
        #expect(seen.contains("x-envoy-original-path: /old/a?b=c"))
    }

    @Test func passesOverTheOfferOfHTTP2() throws {
        let origin = try ScriptedOrigin.answering("ok")
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let answer = try proxy.exchange(
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n")
        #expect(answer.body == "ok")
        #expect(origin.notes.first?.contains("h2c") == false)
    }

    @Test func switchesProtocolsWhereThatIsAllowed() throws {
        let origin = try ScriptedOrigin { socket, origin in
            origin.note(try socket.readMessage())
            try socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello")
            while let more = socket.readSome(), !more.isEmpty { try socket.write(more) }
        }
        let manager = ",\"upgradeConfigs\":[{\"upgradeType\":\"websocket\"}]"
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port), manager: manager))
        let client = try proxy.connect()
        try client.write("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nearly ")
        client.finishWriting()
        let all = try client.readAllText()
        #expect(all.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
        #expect(all.contains("upgrade: websocket\r\n"))
        #expect(all.hasSuffix("\r\n\r\nhelloearly "))
        let seen = try #require(origin.notes.first)
        #expect(seen.contains("upgrade: websocket") && seen.contains("connection: upgrade"))
    }

    @Test func normalisesPathsWhereThatIsAsked() throws {
        let origin = try ScriptedOrigin.answering("ok")
        let manager = ",\"normalizePath\":true,\"mergeSlashes\":true"
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port), manager: manager))
        _ = try proxy.exchange("GET /a/./b/../c//d?x=/../y HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(origin.notes.last?.hasPrefix("GET /a/c/d?x=/../y HTTP/1.1\n") == true)
        let client = try proxy.connect()
        // The same with a body behind it, and in pieces.
        try client.write("POST /a/../b HTTP/1.1\r\nHost: a\r\nContent-Le")
        usleep(20_000)
        try client.write("ngth: 5\r\n\r\nhello")
        #expect(try client.readMessage().body == "ok")
        #expect(origin.notes.last?.hasPrefix("POST /b HTTP/1.1\n") == true)
        #expect(origin.notes.last?.hasSuffix("\n\nhello") == true)
    }
}
