import HTTP2
import Testing

@testable import DataPlane

/// Clients that speak HTTP/2 to origins that speak HTTP/1.1.
@Suite struct HTTP2DownstreamTests {
    private func client(_ proxy: TestProxy, change: (inout HTTP2Settings) -> Void = { _ in }) throws -> HTTP2Peer {
        try HTTP2Peer(.client, try proxy.connect(), change: change)
    }

    @Test func carriesARequestAndItsAnswer() throws {
        let origin = try ScriptedOrigin.answering("hello", headers: "X-Own: 1\r\nConnection: keep-alive\r\n")
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let client = try client(proxy)
        let stream = try client.request([
            ":method: GET", ":scheme: http", ":path: /path?q=1", ":authority: example.com", "x-client: a", "cookie: a=1",
            "cookie: b=2", "te: trailers",
        ])
        let answer = try client.message(stream)
        #expect(answer[":status"] == "200")
        #expect(answer["x-own"] == "1")
        #expect(answer["content-length"] == "5")
        #expect(answer["connection"] == nil)
        #expect(answer["server"] == "envoy")
        #expect(answer.text == "hello")
        let seen = try #require(origin.notes.first).split(separator: "\n").map(String.init)
        #expect(seen[0] == "GET /path?q=1 HTTP/1.1")
        #expect(seen.contains("host: example.com"))
        #expect(seen.contains("x-client: a"))
        #expect(seen.contains("cookie: a=1; b=2"))
        #expect(seen.contains("te: trailers"))
        #expect(!seen.contains { $0.hasPrefix("transfer-encoding") || $0.hasPrefix("content-length") })
    }

    @Test func carriesManyStreamsAtOnceOverFewConnections() throws {
        let origin = try ScriptedOrigin { socket, origin in
            while true {
                let path = try socket.readMessage().startLine.split(separator: " ")[1]
                try socket.write("HTTP/1.1 200 OK\r\ncontent-length: \(path.utf8.count)\r\n\r\n\(path)")
            }
        }
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let client = try client(proxy)
        for round in 0..<10 {
            let streams = try (0..<50).map { try client.get("/\(round)-\($0)") }
            for (index, stream) in streams.enumerated() { #expect(try client.message(stream).text == "/\(round)-\(index)") }
        }
        #expect(origin.connections <= 50)
    }

    @Test(arguments: [0, 1, 5000, 100_000, 300_000]) func carriesBodiesBothWays(size: Int) throws {
        let origin = try ScriptedOrigin { socket, origin in
            while true {
                let request = try socket.readMessage()
                origin.note(request)
                let body = request.body
                let chunked = "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n"
                if request["x-chunked"] != nil {
                    try socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\(body.isEmpty ? "" : chunked)0\r\n\r\n")
                } else {
                    try socket.write("HTTP/1.1 200 OK\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)")
                }
            }
        }
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let client = try client(proxy)
        let body = String(repeating: "abcdefghij", count: size / 10 + 1).prefix(size)
        let post = [":method: POST", ":scheme: http", ":path: /", ":authority: a"]
        for fields in [[], ["content-length: \(size)"], ["x-chunked: 1"], ["x-chunked: 1", "content-length: \(size)"]] {
            let stream = try client.request(post + fields, body: String(body))
            let answer = try client.message(stream)
            #expect(answer[":status"] == "200")
            #expect(answer.text == body)
        }
        #expect(origin.notes.count == 4)
        #expect(origin.connections == 1)
    }

    @Test func answersHeadAndBodilessStatuses() throws {
        let origin = try ScriptedOrigin { socket, _ in
            while true {
                let request = try socket.readMessage()
                if request.startLine.hasPrefix("HEAD") {
                    try socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")
                } else if request.startLine.contains("204") {
                    try socket.write("HTTP/1.1 204 No Content\r\n\r\n")
                } else {
                    try socket.write("HTTP/1.1 304 Not Modified\r\netag: x\r\ncontent-length: 7\r\n\r\n")
                }
            }
        }
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let client = try client(proxy)
        let head = try client.request([":method: HEAD", ":scheme: http", ":path: /", ":authority: a"])
        #expect(try client.message(head)["content-length"] == "100")
        let empty = try client.get("/204")
        #expect(try client.message(empty)[":status"] == "204")
        let same = try client.get("/304")
        #expect(try client.message(same)["etag"] == "x")
    }

    @Test func passesInterimResponsesOn() throws {
        let origin = try ScriptedOrigin { socket, _ in
            while true {
                _ = try socket.readMessage()
                try socket.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            }
        }
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let client = try client(proxy)
        let answer = try client.message(try client.get())
        #expect(answer.interim == [[":status: 103", "link: </a>"]])
        #expect(answer[":status"] == "200")
    }

    @Test func answersExpectations() throws {
        let origin = try ScriptedOrigin.answering("ok")
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let client = try client(proxy)
        let stream = try client.request(
            [":method: POST", ":scheme: http", ":path: /", ":authority: a", "expect: 100-continue"], ends: false)
        try client.wait { $0.messages[stream]?.interim.count == 1 }
        #expect(client.messages[stream]?.interim == [[":status: 100"]])
        try client.data(stream, Array("body".utf8), ends: true)
        #expect(try client.message(stream).text == "ok")
        #expect(origin.notes.first?.hasSuffix("body") == true)
    }

    @Test func explainsWhatItRefuses() throws {
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(1)))
        let client = try client(proxy)
        let answer = try client.message(try client.get())
        #expect(answer[":status"] == "503")
        #expect(answer["x-petrel-reason"] != nil)
        #expect(answer.text.contains("connection refused") || answer.text.contains("Connection refused"))
        // The connection goes on.
        #expect(try client.message(try client.get())[":status"] == "503")
    }

    @Test func answersGRPCInItsOwnWords() throws {
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(1)))
        let client = try client(proxy)
        let stream = try client.request(
            [":method: POST", ":scheme: http", ":path: /s/m", ":authority: a", "content-type: application/grpc+proto"],
            body: "x")
        let answer = try client.message(stream)
        #expect(answer[":status"] == "200")
        #expect(answer["grpc-status"] == "14")
        #expect(answer["content-type"] == "application/grpc")
        #expect(answer["grpc-message"] != nil)
        #expect(answer.body.isEmpty)
    }

    @Test func cutsWhatTheOriginCut() throws {
        let origin = try ScriptedOrigin { socket, _ in
            _ = try socket.readMessage()
            try socket.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")
        }
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let client = try client(proxy)
        let answer = try client.message(try client.get())
        #expect(answer.reset == HTTP2ErrorCode.internalError.rawValue)
        #expect(!answer.isComplete)
    }

    @Test func endsTheUpstreamRequestOfAResetStream() throws {
        let origin = try ScriptedOrigin { socket, origin in
            _ = try socket.readMessage()
            origin.note("request")
            #expect(socket.readSome()?.isEmpty == true)
            origin.note("end")
        }
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let client = try client(proxy)
        let stream = try client.get()
        while origin.notes.isEmpty { _ = try client.message(try client.request([":method: X", ":scheme: http", ":path: /", ":authority: a"])) }
        client.session.reset(stream, .cancel)
        try client.flush()
        while origin.notes.count < 2 { _ = try client.message(try client.request([":method: X", ":scheme: http", ":path: /", ":authority: a"])) }
    }

    @Test func holdsNoMoreThanAWindowForASlowReader() throws {
        let size = 32 << 20
        let origin = try ScriptedOrigin { socket, origin in
            _ = try socket.readMessage()
            try socket.write("HTTP/1.1 200 OK\r\ncontent-length: \(size)\r\n\r\n")
            let part = [UInt8](repeating: 0x61, count: 64 * 1024)
            for _ in 0..<(size / part.count) {
                try socket.write(part)
                origin.note("part")
            }
        }
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let client = try client(proxy)
        client.givesBack = false
        let stream = try client.get()
        try client.wait { $0.messages[stream]?.body.count == 65_535 }
        // Other streams of the connection have the window's rest: nothing.
        // What the origin could send lies in kernel buffers and one read.
        #expect(origin.notes.count < size / (64 * 1024))
        client.session.credit(stream, 65_535)
        client.givesBack = true
        try client.flush()
        #expect(try client.message(stream).body.count == size)
    }

    @Test func takesAWebSocketAsExtendedConnect() throws {
        let origin = try ScriptedOrigin { socket, origin in
            origin.note(try socket.readMessage())
            try socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\nwelcome")
            while let bytes = socket.readSome(), !bytes.isEmpty { try socket.write(bytes) }
        }
        let proxy = try TestProxy(
            .proxy(to: ProxyResources.cluster(origin.port), manager: ",\"upgradeConfigs\":[{\"upgradeType\":\"websocket\"}]"))
        let client = try client(proxy)
        let stream = try client.request(
            [
                ":method: CONNECT", ":protocol: websocket", ":scheme: http", ":path: /chat", ":authority: a",
                "sec-websocket-version: 13",
            ], ends: false)
        try client.wait { $0.messages[stream]?.text == "welcome" }
        #expect(client.messages[stream]?[":status"] == "200")
        #expect(client.messages[stream]?["upgrade"] == nil)
        try client.data(stream, Array("ping".utf8), ends: false)
        try client.wait { $0.messages[stream]?.text == "welcomeping" }
        try client.data(stream, Array("last".utf8), ends: true)
        #expect(try client.message(stream).text == "welcomepinglast")
        let seen = try #require(origin.notes.first)
        #expect(seen.hasPrefix("GET /chat HTTP/1.1"))
        #expect(seen.contains("upgrade: websocket"))
    }

    @Test func tellsBrokenPeersWhatTheyBroke() throws {
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(1)))
        let socket = try proxy.connect()
        let client = try HTTP2Peer(.client, socket)
        try client.wait { $0.session.hasPeerSettings }
        // DATA on stream 0.
        try socket.write([0, 0, 1, 0, 0, 0, 0, 0, 0, 1])
        try client.wait { $0.goAway != nil }
        #expect(client.goAway == .protocolError)
        #expect(throws: (any Error).self) { try client.wait { _ in false } }
    }

    @Test func followsAChangeOfConfiguration() throws {
        let first = try ScriptedOrigin.answering("first")
        let second = try ScriptedOrigin.answering("second")
        let resources = ProxyResources.proxy(to: ProxyResources.cluster(first.port))
        let proxy = try TestProxy(resources)
        let client = try client(proxy)
        #expect(try client.message(try client.get()).text == "first")
        let next = ProxyResources.proxy(to: ProxyResources.cluster(second.port))
        #expect(proxy.workload.publish(try next.tables(after: resources.tables())).isEmpty)
        var last = ""
        for _ in 0..<1000 where last != "second" { last = try client.message(try client.get()).text }
        #expect(last == "second")
    }
}
