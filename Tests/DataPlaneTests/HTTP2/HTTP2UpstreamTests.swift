import HTTP2
import Testing

@testable import DataPlane

/// Origins that speak HTTP/2.
@Suite struct HTTP2UpstreamTests {
    private func proxy(to origin: ScriptedOrigin, manager: String = "") throws -> TestProxy {
        try TestProxy(.proxy(to: ProxyResources.cluster(origin.port, extra: ProxyResources.http2), manager: manager))
    }

    @Test func carriesHTTP1RequestsAsStreams() throws {
        let origin = try ScriptedOrigin.http2 { peer, stream, request in
            let body = Array((request[":path"] ?? "").utf8) + request.body
            try peer.say(stream, [":status: 200", "content-length: \(body.count)", "x-own: 1"], body: body)
        }
        let proxy = try proxy(to: origin)
        let client = try proxy.connect()
        for round in 0..<20 {
            try client.write("POST /\(round) HTTP/1.1\r\nHost: Example.com\r\nX-A: b\r\nContent-Length: 3\r\n\r\nabc")
            let answer = try client.readMessage()
            #expect(answer.startLine == "HTTP/1.1 200 OK")
            #expect(answer.body == "/\(round)abc")
            #expect(answer["x-own"] == "1")
        }
        #expect(origin.connections == 1)
        let seen = try #require(origin.notes.first).split(separator: "\n").map(String.init)
        #expect(Array(seen.prefix(4)) == [":method: POST", ":scheme: http", ":path: /0", ":authority: Example.com"])
        #expect(seen.contains("x-a: b"))
        #expect(seen.contains("content-length: 3"))
        #expect(!seen.contains { $0.hasPrefix("host:") || $0.hasPrefix("connection") || $0.hasPrefix("transfer-encoding") })
    }

    @Test(arguments: [0, 1, 5000, 100_000, 900_000]) func carriesBodiesWithoutLength(size: Int) throws {
        let origin = try ScriptedOrigin.http2 { peer, stream, request in
            try peer.say(stream, [":status: 200"], body: request.body)
        }
        let proxy = try proxy(to: origin)
        let client = try proxy.connect()
        let body = String(repeating: "abcdefghij", count: size / 10 + 1).prefix(size)
        let chunk = size == 0 ? "" : "\(String(size, radix: 16))\r\n\(body)\r\n"
        for _ in 0..<3 {
            try client.write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)0\r\n\r\n")
            #expect(try client.readMessage().body == body)
        }
        #expect(origin.connections == 1)
    }

    @Test func carriesHeadAndBodilessResponses() throws {
        let origin = try ScriptedOrigin.http2 { peer, stream, request in
            if request[":method"] == "HEAD" { return try peer.say(stream, [":status: 200", "content-length: 9"]) }
            try peer.say(stream, [":status: \(request[":path"]?.dropFirst() ?? "200")"])
        }
        let proxy = try proxy(to: origin)
        let client = try proxy.connect()
        try client.write("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.readMessage(toHead: true)["content-length"] == "9")
        for status in ["200", "204", "304", "404"] {
            try client.write("GET /\(status) HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = try client.readMessage()
            #expect(answer.startLine.hasPrefix("HTTP/1.1 \(status)"))
            #expect(answer.body.isEmpty)
        }
        #expect(origin.connections == 1)
    }

    @Test func carriesGRPCWithTrailersBothWays() throws {
        let origin = try ScriptedOrigin.http2 { peer, stream, request in
            try peer.say(
                stream, [":status: 200", "content-type: application/grpc"], body: request.body,
                trailers: ["grpc-status: 0", "x-echo: \(request.trailers)"])
        }
        let proxy = try proxy(to: origin)
        let client = try HTTP2Peer(.client, try proxy.connect())
        for size in [0, 5, 70_000] {
            let body = String(repeating: "x", count: size)
            let stream = try client.request(
                [
                    ":method: POST", ":scheme: http", ":path: /s/m", ":authority: a", "content-type: application/grpc",
                    "te: trailers",
                ], body: body, trailers: ["x-sum: 1"])
            let answer = try client.message(stream)
            #expect(answer.text == body)
            #expect(answer.trailers == ["grpc-status: 0", "x-echo: [\"x-sum: 1\"]"])
            #expect(answer["transfer-encoding"] == nil)
        }
        #expect(origin.connections == 1)
    }

    @Test func carriesAnswersThatAreOnlyAHead() throws {
        let origin = try ScriptedOrigin.http2 { peer, stream, _ in
            try peer.say(stream, [":status: 200", "content-type: application/grpc", "grpc-status: 5"])
        }
        let proxy = try proxy(to: origin)
        let client = try HTTP2Peer(.client, try proxy.connect())
        let answer = try client.message(try client.get())
        #expect(answer["grpc-status"] == "5")
        #expect(answer["content-length"] == nil)
        #expect(answer.trailers.isEmpty)
    }

    @Test func sharesOneConnectionAmongManyRequests() throws {
        let origin = try ScriptedOrigin.http2 { peer, stream, request in
            try peer.say(stream, [":status: 200"], body: Array((request[":path"] ?? "").utf8))
        }
        let proxy = try proxy(to: origin)
        let clients = try (0..<20).map { _ in try proxy.connect() }
        for round in 0..<5 {
            for (index, client) in clients.enumerated() { try client.write("GET /\(round)-\(index) HTTP/1.1\r\nHost: a\r\n\r\n") }
            for (index, client) in clients.enumerated() { #expect(try client.readMessage().body == "/\(round)-\(index)") }
        }
        #expect(origin.connections == 1)
    }

    @Test func keepsToThePeersLimitOfStreams() throws {
        let origin = try ScriptedOrigin.http2(change: { $0.maximumConcurrentStreams = 2 }) { peer, stream, request in
            try peer.say(stream, [":status: 200"], body: Array((request[":path"] ?? "").utf8))
        }
        let proxy = try proxy(to: origin)
        let client = try HTTP2Peer(.client, try proxy.connect())
        for round in 0..<3 {
            let streams = try (0..<30).map { try client.get("/\(round)-\($0)") }
            for (index, stream) in streams.enumerated() { #expect(try client.message(stream).text == "/\(round)-\(index)") }
        }
    }

    @Test func triesElsewhereWhatWasRefused() throws {
        let origin = try ScriptedOrigin { socket, origin in
            let peer = try HTTP2Peer(.server, socket)
            while true {
                let (stream, _) = try peer.nextRequest()
                origin.note("request")
                if origin.notes.count == 1 {
                    peer.session.reset(stream, .refusedStream)
                    try peer.flush()
                } else {
                    try peer.say(stream, [":status: 200"], body: Array("ok".utf8))
                }
            }
        }
        let proxy = try proxy(to: origin)
        let answer = try proxy.exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
        #expect(answer.body == "ok")
        #expect(origin.notes.count == 2)
    }

    @Test func leavesAConnectionThatSaysGoodbye() throws {
        let origin = try ScriptedOrigin { socket, origin in
            let peer = try HTTP2Peer(.server, socket)
            let (stream, _) = try peer.nextRequest()
            peer.session.leave()
            try peer.say(stream, [":status: 200"], body: Array("bye".utf8))
            while true { try peer.read() }
        }
        let proxy = try proxy(to: origin)
        let client = try proxy.connect()
        for round in 1...3 {
            try client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.readMessage().body == "bye")
            #expect(origin.connections == round)
        }
    }

    @Test(arguments: [
        ("a reset", 503, "upstream", 2), ("a malformed head", 502, "protocol", 0), ("the end of the connection", 503, "upstream", 1),
    ])
    func saysWhyAnUpstreamFailed(name: String, status: Int, word: String, kind: Int) throws {
        let origin = try ScriptedOrigin { socket, _ in
            let peer = try HTTP2Peer(.server, socket)
            while true {
                let (stream, _) = try peer.nextRequest()
                switch kind {
                case 0: try peer.say(stream, [":status: 200", "connection: close"])
                case 1: return
                default:
                    peer.session.reset(stream, .internalError)
                    try peer.flush()
                }
            }
        }
        let proxy = try proxy(to: origin)
        let answer = try proxy.exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
        #expect(answer.startLine.hasPrefix("HTTP/1.1 \(status)"), "\(name)")
        #expect(answer["x-petrel-reason"]?.contains(word) == true, "\(answer["x-petrel-reason"] ?? "none")")
    }

    @Test func readsNoMoreThanAWindowForASlowClient() throws {
        let size = 8 << 20
        let origin = try ScriptedOrigin.http2 { peer, stream, _ in
            try peer.say(stream, [":status: 200"], body: [UInt8](repeating: 0x61, count: size))
        }
        let proxy = try proxy(to: origin)
        let slow = try RawSocket(port: proxy.port, receiveBuffer: 4096)
        try slow.write("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        var bytes = slow.readSome(1000)?.count ?? 0
        // Then all of it.
        while bytes < size, let more = slow.readSome(), !more.isEmpty { bytes += more.count }
        #expect(bytes >= size)
    }

    @Test func speaksAsItsClientDoes() throws {
        let origin = try ScriptedOrigin { socket, origin in
            // Whether it is HTTP/2 is seen by its first bytes.
            guard let first = socket.readSome(3), !first.isEmpty else { return }
            origin.note(String(decoding: first, as: UTF8.self))
        }
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port, extra: ProxyResources.asDownstream)))
        _ = try proxy.exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
        let client = try HTTP2Peer(.client, try proxy.connect())
        _ = try client.message(try client.request([":method: POST", ":scheme: http", ":path: /", ":authority: a"]))
        #expect(origin.notes.first == "POS")
        #expect(origin.notes.last == "PRI")
    }

    @Test func sendsNoStreamOverAWaitingConnectionOfHTTP1() throws {
        let origin = try ScriptedOrigin { socket, origin in
            // The preface ends as a head of HTTP/1.1 does.
            let first = try socket.readMessage(toHead: true)
            origin.note(first.startLine)
            guard first.startLine.hasPrefix("GET") else { return }
            try socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            origin.note(try socket.readMessage().startLine)
        }
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port, extra: ProxyResources.asDownstream)))
        _ = try proxy.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let client = try HTTP2Peer(.client, try proxy.connect())
        _ = try client.message(try client.request([":method: POST", ":scheme: http", ":path: /", ":authority: a"]))
        #expect(origin.notes == ["GET / HTTP/1.1", "PRI * HTTP/2.0"])
    }

    @Test func takesAWebSocketToAnExtendedConnect() throws {
        let origin = try ScriptedOrigin { socket, origin in
            let peer = try HTTP2Peer(.server, socket)
            try peer.wait { !$0.heads.isEmpty }
            let stream = peer.heads[0]
            origin.note((peer.messages[stream]?.fields ?? []).joined(separator: "\n"))
            try peer.head(stream, [":status: 200"], ends: false)
            try peer.data(stream, Array("welcome".utf8), ends: false)
            try peer.wait { $0.messages[stream]?.text == "ping" }
            try peer.data(stream, Array("pong".utf8), ends: true)
            while true { try peer.read() }
        }
        let proxy = try proxy(to: origin, manager: ",\"upgradeConfigs\":[{\"upgradeType\":\"websocket\"}]")
        // The peer's settings come with the first connection only.
        let client = try proxy.connect()
        try client.write("GET /chat HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
        let answer = try client.readMessage()
        #expect(answer.startLine.hasPrefix("HTTP/1.1 101"))
        #expect(answer["upgrade"] == "websocket")
        try client.write("ping")
        client.finishWriting()
        #expect(try client.readAllText().hasSuffix("pong"))
        let seen = try #require(origin.notes.first)
        #expect(seen.contains(":method: CONNECT"))
        #expect(seen.contains(":protocol: websocket"))
    }
}
