import Testing

@testable import HTTP2

/// What a client must not do, and the error it gets (RFC 9113; the cases of
/// h2spec's generic and http2 sections).
@Suite struct HTTP2ViolationTests {
    /// One case: frames of the client, and what the server says at the end.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var answer: String
        var say: @Sendable (inout Conversation) -> [UInt8]
        var testDescription: String { name }

        init(_ name: String, _ answer: String, _ say: @escaping @Sendable (inout Conversation) -> [UInt8]) {
            self.name = name
            self.answer = answer
            self.say = say
        }
    }

    static func fields(_ change: [String], without: String = "") -> [String] {
        (Conversation.get.filter { without.isEmpty || !$0.hasPrefix(without) }) + change
    }

    static let connection: [Case] = [
        Case("4.2 a frame larger than the limit", "GOAWAY 0 6") { _ in frame(0, stream: 1, [UInt8](repeating: 0, count: 16_385)) },
        Case("4.3 a header block that can't be decoded", "GOAWAY 0 9") { _ in frame(1, flags: 5, stream: 1, [0xff, 0xff, 0xff, 0xff, 0xff]) },
        Case("4.3 PRIORITY inside of a header block", "GOAWAY 0 1") { $0.head(1, flags: 1) + frame(2, stream: 1, [0, 0, 0, 3, 0]) },
        Case("4.3 HEADERS of another stream inside of a header block", "GOAWAY 0 1") { $0.head(1, flags: 1) + $0.head(3) },
        Case("5.1 DATA on an idle stream", "GOAWAY 0 1") { _ in frame(0, flags: 1, stream: 1, [1]) },
        Case("5.1 RST_STREAM on an idle stream", "GOAWAY 0 1") { _ in frame(3, stream: 1, number(8)) },
        Case("5.1 WINDOW_UPDATE on an idle stream", "GOAWAY 0 1") { _ in frame(8, stream: 1, number(100)) },
        Case("5.1 CONTINUATION on an idle stream", "GOAWAY 0 1") { _ in frame(9, flags: 4, stream: 1) },
        Case("5.1.1 an even stream", "GOAWAY 0 1") { $0.head(2) },
        Case("5.1.1 a stream lower than the last", "GOAWAY 5 1") { $0.head(5) + $0.head(3) },
        Case("5.5 an unknown frame inside of a header block", "GOAWAY 0 1") { $0.head(1, flags: 1) + frame(0x16, stream: 1, [1]) },
        Case("6.1 DATA on stream 0", "GOAWAY 0 1") { _ in frame(0, flags: 1, stream: 0, [1]) },
        Case("6.1 DATA with more padding than payload", "GOAWAY 1 1") { $0.head(1, flags: 4) + frame(0, flags: 9, stream: 1, [5, 1]) },
        Case("6.2 HEADERS on stream 0", "GOAWAY 0 1") { $0.head(0) },
        Case("6.2 HEADERS with more padding than payload", "GOAWAY 0 1") { _ in frame(1, flags: 0xd, stream: 1, [9, 0x82]) },
        Case("6.3 PRIORITY on stream 0", "GOAWAY 0 1") { _ in frame(2, stream: 0, [0, 0, 0, 1, 0]) },
        Case("6.4 RST_STREAM on stream 0", "GOAWAY 0 1") { _ in frame(3, stream: 0, number(8)) },
        Case("6.4 RST_STREAM of the wrong length", "GOAWAY 1 6") { $0.head(1, flags: 4) + frame(3, stream: 1, [0, 0, 0]) },
        Case("6.5 SETTINGS acknowledged with a payload", "GOAWAY 0 6") { _ in frame(4, flags: 1, [0]) },
        Case("6.5 SETTINGS on a stream", "GOAWAY 0 1") { _ in frame(4, stream: 1) },
        Case("6.5 SETTINGS of the wrong length", "GOAWAY 0 6") { _ in frame(4, [0, 3, 0]) },
        Case("6.5.2 ENABLE_PUSH of 2", "GOAWAY 0 1") { _ in frame(4, [0, 2, 0, 0, 0, 2]) },
        Case("6.5.2 a window above 2^31-1", "GOAWAY 0 3") { _ in frame(4, [0, 4, 0x80, 0, 0, 0]) },
        Case("6.5.2 a frame size below 16384", "GOAWAY 0 1") { _ in frame(4, [0, 5, 0, 0, 0x3f, 0xff]) },
        Case("6.5.2 a frame size above 2^24-1", "GOAWAY 0 1") { _ in frame(4, [0, 5, 1, 0, 0, 0]) },
        Case("6.6 PUSH_PROMISE of a client", "GOAWAY 1 1") { $0.head(1, flags: 4) + frame(5, flags: 4, stream: 1, number(2)) },
        Case("6.7 PING on a stream", "GOAWAY 0 1") { _ in frame(6, stream: 1, [UInt8](repeating: 0, count: 8)) },
        Case("6.7 PING of the wrong length", "GOAWAY 0 6") { _ in frame(6, [1, 2, 3]) },
        Case("6.8 GOAWAY on a stream", "GOAWAY 0 1") { _ in frame(7, stream: 1, number(0) + number(0)) },
        Case("6.9 a WINDOW_UPDATE of 0 for the connection", "GOAWAY 0 1") { _ in frame(8, number(0)) },
        Case("6.9 WINDOW_UPDATE of the wrong length", "GOAWAY 0 6") { _ in frame(8, [0, 0, 1]) },
        Case("6.9.1 a connection's window above 2^31-1", "GOAWAY 0 3") { _ in frame(8, number(0x7fff_ffff)) + frame(8, number(0x7fff_ffff)) },
        Case("6.9.2 a stream's window above 2^31-1 by SETTINGS", "GOAWAY 1 3") {
            $0.head(1) + frame(8, stream: 1, number(0x7fff_0000)) + frame(4, [0, 4, 0x7f, 0xff, 0xff, 0xff])
        },
        Case("6.10 CONTINUATION behind the end of a block", "GOAWAY 1 1") { $0.head(1, flags: 4) + frame(9, flags: 4, stream: 1) },
        Case("6.10 CONTINUATION on stream 0", "GOAWAY 0 1") { $0.head(1, flags: 1) + frame(9, flags: 4, stream: 0) },
        Case("5.1 HEADERS on a stream that ended", "GOAWAY 1 5") { conversation in
            let all = conversation.head(1)
            _ = conversation.say(all)
            _ = conversation.session.beginHead(1, ends: true)
            conversation.session.endHead()
            conversation.session.output = []
            return conversation.head(1)
        },
        Case("5.1 HEADERS on a stream that the client reset", "GOAWAY 1 5") {
            $0.head(1, flags: 4) + frame(3, stream: 1, number(8)) + $0.head(1)
        },
        Case("too many bytes for the connection's window", "GOAWAY 9 3") { conversation in
            var all: [UInt8] = []
            for stream: UInt32 in [1, 3, 5, 7, 9] {
                all += conversation.head(stream, Conversation.post, flags: 4)
                all += frame(0, stream: stream, [UInt8](repeating: 0, count: 16_000))
            }
            return all
        },
    ]

    static let stream: [Case] = [
        Case("5.1 DATA on a half-closed stream", "RST_STREAM 1 5") { $0.head(1) + frame(0, flags: 1, stream: 1, [1]) },
        Case("5.1 HEADERS on a half-closed stream", "RST_STREAM 1 5") { $0.head(1) + $0.head(1) },
        Case("5.1 DATA on a stream that the client reset", "RST_STREAM 1 5") {
            $0.head(1, flags: 4) + frame(3, stream: 1, number(8)) + frame(0, flags: 1, stream: 1, [1])
        },
        Case("5.1.2 more streams than allowed", "RST_STREAM 21 7") { conversation in
            (0...10).reduce(into: [UInt8]()) { $0 += conversation.head(UInt32($1) * 2 + 1) }
        },
        Case("5.3.1 HEADERS that depend on themselves", "RST_STREAM 1 1") {
            frame(1, flags: 0x25, stream: 1, [0, 0, 0, 1, 0] + encode(&$0.encoder, Conversation.get))
        },
        Case("5.3.1 PRIORITY that depends on itself", "RST_STREAM 1 1") { _ in frame(2, stream: 1, [0, 0, 0, 1, 0]) },
        Case("6.3 PRIORITY of the wrong length", "RST_STREAM 1 6") { _ in frame(2, stream: 1, [0, 0, 0, 3]) },
        Case("6.9 a WINDOW_UPDATE of 0 for a stream", "RST_STREAM 1 1") { $0.head(1) + frame(8, stream: 1, number(0)) },
        Case("6.9.1 a stream's window above 2^31-1", "RST_STREAM 1 3") {
            $0.head(1) + frame(8, stream: 1, number(0x7fff_ffff)) + frame(8, stream: 1, number(0x7fff_ffff))
        },
        Case("8.1 trailers without END_STREAM", "RST_STREAM 1 1") { $0.head(1, Conversation.post, flags: 4) + $0.head(1, ["a: b"], flags: 4) },
        Case("8.1 a pseudo header in trailers", "RST_STREAM 1 1") { $0.head(1, Conversation.post, flags: 4) + $0.head(1, [":method: GET"]) },
        Case("8.2 a field name in upper case", "RST_STREAM 1 1") {
            _ in frame(1, flags: 5, stream: 1, bytes("828684410161") + bytes("00035868690161"))
        },
        Case("8.2.2 connection", "RST_STREAM 1 1") { $0.head(1, fields(["connection: keep-alive"])) },
        Case("8.2.2 transfer-encoding", "RST_STREAM 1 1") { $0.head(1, fields(["transfer-encoding: chunked"]), flags: 4) },
        Case("8.2.2 upgrade", "RST_STREAM 1 1") { $0.head(1, fields(["upgrade: websocket"])) },
        Case("8.2.2 keep-alive", "RST_STREAM 1 1") { $0.head(1, fields(["keep-alive: 1"])) },
        Case("8.2.2 proxy-connection", "RST_STREAM 1 1") { $0.head(1, fields(["proxy-connection: close"])) },
        Case("8.2.2 te with more than trailers", "RST_STREAM 1 1") { $0.head(1, fields(["te: trailers, deflate"])) },
        Case("8.3 an unknown pseudo header", "RST_STREAM 1 1") { $0.head(1, fields([":test: ok"])) },
        Case("8.3 a pseudo header of responses", "RST_STREAM 1 1") { $0.head(1, fields([":status: 200"])) },
        Case("8.3 a pseudo header behind a field", "RST_STREAM 1 1") { $0.head(1, ["a: b"] + Conversation.get) },
        Case("8.3.1 no method", "RST_STREAM 1 1") { $0.head(1, fields([], without: ":method")) },
        Case("8.3.1 no scheme", "RST_STREAM 1 1") { $0.head(1, fields([], without: ":scheme")) },
        Case("8.3.1 no path", "RST_STREAM 1 1") { $0.head(1, fields([], without: ":path")) },
        Case("8.3.1 an empty path", "RST_STREAM 1 1") { $0.head(1, fields([":path: "], without: ":path")) },
        Case("8.3.1 a path that isn't absolute", "RST_STREAM 1 1") { $0.head(1, fields([":path: http://b/"], without: ":path")) },
        Case("8.3.1 two methods", "RST_STREAM 1 1") { $0.head(1, Conversation.get + [":method: GET"]) },
        Case("8.3.1 two schemes", "RST_STREAM 1 1") { $0.head(1, Conversation.get + [":scheme: http"]) },
        Case("8.3.1 two paths", "RST_STREAM 1 1") { $0.head(1, Conversation.get + [":path: /"]) },
        Case("8.3.1 a host that isn't the authority", "RST_STREAM 1 1") { $0.head(1, fields(["host: b"])) },
        Case("8.5 CONNECT with a path", "RST_STREAM 1 1") { $0.head(1, [":method: CONNECT", ":authority: a:1", ":path: /"]) },
        Case("8.5 CONNECT without an authority", "RST_STREAM 1 1") { $0.head(1, [":method: CONNECT"]) },
        Case(":protocol without CONNECT", "RST_STREAM 1 1") { $0.head(1, Conversation.get + [":protocol: websocket"]) },
        Case("8.1.1 more DATA than declared", "RST_STREAM 1 1") {
            $0.head(1, Conversation.post + ["content-length: 1"], flags: 4) + frame(0, flags: 1, stream: 1, [1, 2])
        },
        Case("8.1.1 less DATA than declared, in two frames", "RST_STREAM 1 1") {
            $0.head(1, Conversation.post + ["content-length: 4"], flags: 4) + frame(0, stream: 1, [1])
                + frame(0, flags: 1, stream: 1, [2, 3])
        },
        Case("8.1.1 a declared length and no body", "RST_STREAM 1 1") { $0.head(1, Conversation.post + ["content-length: 4"]) },
        Case("8.1.1 two lengths", "RST_STREAM 1 1") {
            $0.head(1, Conversation.post + ["content-length: 4", "content-length: 4"], flags: 4)
        },
        Case("8.1.1 a length that is no number", "RST_STREAM 1 1") { $0.head(1, Conversation.post + ["content-length: +4"], flags: 4) },
        Case("8.2.1 a line feed in a value", "RST_STREAM 1 1") { $0.head(1, fields(["a: b\nc: d"])) },
        Case("8.2.1 a carriage return in a value", "RST_STREAM 1 1") { $0.head(1, fields(["a: b\r"])) },
        Case("8.2.1 a zero in a value", "RST_STREAM 1 1") { $0.head(1, fields(["a: b\0c"])) },
        Case("8.2.1 white space before a value", "RST_STREAM 1 1") { $0.head(1, fields(["a:  b"])) },
        Case("8.2.1 white space behind a value", "RST_STREAM 1 1") { $0.head(1, fields(["a: b "])) },
        Case("8.2.1 a space in a name", "RST_STREAM 1 1") { $0.head(1, fields(["a b: c"])) },
        Case("8.2.1 an empty name", "RST_STREAM 1 1") { _ in frame(1, flags: 5, stream: 1, bytes("828684410161") + bytes("00000161")) },
        Case("a carriage return in the path", "RST_STREAM 1 1") { $0.head(1, fields([":path: /\r\nx: y"], without: ":path")) },
        Case("too many bytes for a stream's window", "RST_STREAM 1 3") { conversation in
            conversation = .server { $0.initialWindowSize = 100 }
            return conversation.head(1, Conversation.post, flags: 4) + frame(0, stream: 1, [UInt8](repeating: 0, count: 101))
        },
        Case("a field list that is too large", "RST_STREAM 1 11") { $0.head(1, fields((0..<101).map { "a\($0): b" })) },
    ]

    @Test(arguments: connection) func endsTheConnection(_ one: Case) {
        var conversation = Conversation.server()
        let all = one.say(&conversation)
        let events = conversation.say(all)
        #expect(conversation.heard().last == one.answer)
        #expect(conversation.session.isFailed)
        guard case .failed = events.last else {
            Issue.record("no failure in \(events.map(words))")
            return
        }
    }

    @Test(arguments: stream) func endsTheStream(_ one: Case) {
        var conversation = Conversation.server()
        let all = one.say(&conversation)
        _ = conversation.say(all)
        #expect(conversation.heard().contains(one.answer))
        #expect(!conversation.session.isFailed)
        // The connection goes on.
        #expect(conversation.say(frame(6, [0, 1, 2, 3, 4, 5, 6, 7])).isEmpty)
        #expect(conversation.heard() == ["PING ack"])
    }

    @Test(arguments: ["GET / HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\nXX"])
    func refusesAnotherPreface(text: String) {
        var conversation = Conversation(session: HTTP2Session(.server, local: HTTP2Settings(), connectionWindow: 0))
        #expect(conversation.say(Array(text.utf8)).map(words) == ["failed 1"])
    }

    @Test func wantsSettingsFirst() {
        var conversation = Conversation(session: HTTP2Session(.server, local: HTTP2Settings(), connectionWindow: 0))
        let text = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
        #expect(conversation.say(text + frame(6, [UInt8](repeating: 0, count: 8))).map(words) == ["failed 1"])
    }
}
