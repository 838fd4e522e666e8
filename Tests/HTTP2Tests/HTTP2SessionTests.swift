import Testing

@testable import HTTP2

@Suite struct HTTP2SessionTests {
    private func answer(_ session: inout HTTP2Session, _ stream: UInt32, _ fields: [String], ends: Bool) -> Bool {
        guard session.beginHead(stream, ends: ends) else { return false }
        for text in fields {
            let (name, value) = split(text)
            session.field(name.span, value.span)
        }
        session.endHead()
        return true
    }

    @Test func greetsWithItsSettings() {
        var settings = HTTP2Settings()
        settings.maximumConcurrentStreams = 100
        var server = Conversation(session: HTTP2Session(.server, local: settings, connectionWindow: 1 << 20))
        server.session.begin()
        #expect(server.session.output == bytes("000006040000000000 000300000064 000004080000000000 000f0001"))
        #expect(server.heard() == ["SETTINGS", "WINDOW_UPDATE 0 983041"])
        var client = Conversation(session: HTTP2Session(.client, local: HTTP2Settings(), connectionWindow: 0))
        client.session.begin()
        #expect(client.session.output.starts(with: Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)))
    }

    @Test func carriesARequestAndItsResponse() {
        var server = Conversation.server()
        let head = server.head(1, Conversation.post + ["content-length: 5", "te: trailers"], flags: 4)
        #expect(server.say(head).map(words) == ["request 1"])
        #expect(texts(server.list).last == "te: trailers")
        #expect(server.session.message.contentLength == 5)
        #expect(server.say(frame(0, flags: 1, stream: 1, Array("hello".utf8))).map(words) == ["data 1 5 end"])
        #expect(answer(&server.session, 1, [":status: 200", "a: b"], ends: false))
        #expect(server.session.sendData(1, Array("world".utf8).span, ends: true, most: 1000) == 5)
        #expect(server.heard() == ["HEADERS 1 [\":status: 200\", \"a: b\"]", "DATA 1 5 end"])
        #expect(server.session.streamCount == 0)
        #expect(!answer(&server.session, 1, [":status: 200"], ends: true))
    }

    @Test func readsBytesInAnyPieces() {
        var whole = Conversation.server()
        let all =
            whole.head(1, Conversation.post, flags: 0) + frame(9, flags: 4, stream: 1)
            + frame(0, flags: 8, stream: 1, [3] + Array("body".utf8) + [0, 0, 0])
            + frame(0, stream: 1, [UInt8](repeating: 7, count: 50)) + whole.head(1, ["t: x"])
        for size in [1, 2, 7, 13] {
            var server = Conversation.server()
            var data = 0
            var others: [String] = []
            for start in stride(from: 0, to: all.count, by: size) {
                for event in server.say(Array(all[start..<min(all.count, start + size)])) {
                    if case .data(_, _, let count, _, _) = event { data += count } else { others.append(words(event)) }
                }
            }
            #expect(data == 54)
            #expect(others == ["request 1", "trailers 1"])
        }
    }

    @Test func takesTrailersOfARequest() {
        var server = Conversation.server()
        let all = server.head(1, Conversation.post, flags: 4) + frame(0, stream: 1, [1]) + server.head(1, ["grpc-x: y"])
        #expect(server.say(all).map(words) == ["request 1", "data 1 1", "trailers 1"])
        #expect(texts(server.list) == ["grpc-x: y"])
    }

    @Test func takesConnectAndExtendedConnect() {
        var server = Conversation.server()
        let plain = server.head(1, [":method: CONNECT", ":authority: a:443"], flags: 4)
        #expect(server.say(plain).map(words) == ["request 1"])
        #expect(server.session.message.isConnect)
        let extended = server.head(
            3, [":method: CONNECT", ":protocol: websocket", ":scheme: https", ":path: /", ":authority: a"], flags: 4)
        #expect(server.say(extended).map(words) == ["request 3"])
        #expect(server.session.message.connectProtocol >= 0)
    }

    @Test func sendsNoMoreThanTheWindows() {
        var server = Conversation.server()
        #expect(server.say(frame(4, [0, 4, 0, 0, 0, 10])).map(words) == ["settings"])
        let heads = server.head(1) + server.head(3)
        _ = server.say(heads)
        _ = server.heard()
        _ = answer(&server.session, 1, [":status: 200"], ends: false)
        let body = [UInt8](repeating: 1, count: 25)
        #expect(server.session.sendData(1, body.span, ends: true, most: 1000) == 10)
        #expect(server.say(frame(8, stream: 1, number(5))).map(words) == ["window 1"])
        #expect(server.session.sendData(1, body.span.extracting(10..<25), ends: true, most: 1000) == 5)
        #expect(server.say(frame(4, [0, 4, 0, 0, 0, 0])).map(words) == ["settings"])
        #expect(server.session.sendData(1, body.span.extracting(15..<25), ends: true, most: 1000) == 0)
        #expect(server.say(frame(8, stream: 1, number(100))).map(words) == ["window 1"])
        #expect(server.session.sendData(1, body.span.extracting(15..<25), ends: true, most: 4) == 4)
        #expect(server.session.sendData(1, body.span.extracting(19..<25), ends: true, most: 1000) == 6)
        #expect(server.heard().filter { $0.hasPrefix("DATA") } == ["DATA 1 10", "DATA 1 5", "DATA 1 4", "DATA 1 6 end"])
    }

    @Test func stopsAtTheConnectionsWindow() {
        var server = Conversation.server()
        _ = server.say(frame(4, [0, 4, 0x7f, 0xff, 0xff, 0xff]))
        let head = server.head(1)
        _ = server.say(head)
        _ = answer(&server.session, 1, [":status: 200"], ends: false)
        let body = [UInt8](repeating: 1, count: 70_000)
        #expect(server.session.sendData(1, body.span, ends: true, most: 100_000) == 65_535)
        #expect(server.say(frame(8, number(10_000))).map(words) == ["window 0"])
        #expect(server.session.sendData(1, body.span.extracting(65_535..<70_000), ends: true, most: 100_000) == 4465)
    }

    @Test func givesBackOnlyWhatWasUsed() {
        var server = Conversation.server()
        let head = server.head(1, Conversation.post, flags: 4)
        _ = server.say(head)
        let part = frame(0, stream: 1, [UInt8](repeating: 0, count: 16_000))
        for _ in 0..<4 { #expect(server.say(part).map(words) == ["data 1 16000"]) }
        #expect(server.heard().isEmpty)
        server.session.credit(1, 32_000)
        #expect(server.heard() == ["WINDOW_UPDATE 0 32000", "WINDOW_UPDATE 1 32000"])
        #expect(server.say(part + part).map(words) == ["data 1 16000", "data 1 16000"])
        #expect(server.say(part).map(words) == ["failed 3"])
    }

    @Test func cutsLargeHeads() {
        var server = Conversation.server()
        let head = server.head(1)
        _ = server.say(head)
        let value = String(repeating: "x", count: 40_000)
        _ = answer(&server.session, 1, [":status: 200", "a: \(value)"], ends: true)
        #expect(server.heard() == ["HEADERS 1 end", "CONTINUATION 1", "CONTINUATION 1"])
    }

    @Test func readsOverWhatComesBehindItsOwnReset() {
        var server = Conversation.server()
        let head = server.head(1, Conversation.post, flags: 4)
        _ = server.say(head)
        server.session.reset(1, .cancel)
        let late = frame(0, stream: 1, [1, 2]) + server.head(1, ["t: x"]) + frame(8, stream: 1, number(5))
        #expect(server.say(late).isEmpty)
        #expect(server.heard() == ["RST_STREAM 1 8"])
        let next = server.head(3)
        #expect(server.say(next).map(words) == ["request 3 end"])
    }

    @Test func leavesGracefully() {
        var server = Conversation.server()
        let first = server.head(1)
        _ = server.say(first)
        server.session.leave()
        let second = server.head(3)
        #expect(server.say(second).isEmpty)
        #expect(server.heard() == ["GOAWAY 1 0", "RST_STREAM 3 7"])
        #expect(answer(&server.session, 1, [":status: 204"], ends: true))
    }

    // MARK: - As a client

    @Test func opensStreamsWithinThePeersLimit() throws {
        var client = Conversation.client()
        _ = client.say(frame(4, [0, 3, 0, 0, 0, 2]))
        #expect(client.session.open(tag: 7, ignoresLength: false) == 1)
        #expect(client.session.open(tag: 8, ignoresLength: false) == 3)
        #expect(client.session.open(tag: 9, ignoresLength: false) == nil)
        #expect(answer(&client.session, 1, Conversation.get, ends: true))
        let response = client.head(1, [":status: 200"])
        #expect(client.say(response).map(words) == ["response 1 end"])
        #expect(client.session.tag(of: 3) == 8)
        #expect(client.session.open(tag: 9, ignoresLength: false) == 5)
    }

    @Test func takesInterimResponsesAndTrailers() {
        var client = Conversation.client()
        _ = client.session.open(tag: 1, ignoresLength: false)
        let all =
            client.head(1, [":status: 103", "link: x"], flags: 4) + client.head(1, [":status: 200"], flags: 4)
            + frame(0, stream: 1, [1]) + client.head(1, ["grpc-status: 0"])
        #expect(client.say(all).map(words) == ["response 1", "response 1", "data 1 1", "trailers 1"])
    }

    @Test(arguments: [
        ("no status", ["a: b"]), ("a status of two digits", [":status: 20"]), ("101", [":status: 101"]),
        ("two", [":status: 200", ":status: 200"]), ("a request's pseudo header", [":status: 200", ":path: /"]),
        ("a connection field", [":status: 200", "connection: close"]),
    ])
    func refusesMalformedResponses(name: String, fields: [String]) {
        var client = Conversation.client()
        _ = client.session.open(tag: 1, ignoresLength: false)
        let head = client.head(1, fields)
        #expect(client.say(head).map(words) == ["reset 1 1"], "\(name)")
    }

    @Test func knowsThatAnswersToHeadHaveNoBody() {
        var client = Conversation.client()
        _ = client.session.open(tag: 1, ignoresLength: true)
        let head = client.head(1, [":status: 200", "content-length: 100"])
        #expect(client.say(head).map(words) == ["response 1 end"])
    }

    @Test func stopsOpeningWhenThePeerLeaves() {
        var client = Conversation.client()
        _ = client.session.open(tag: 1, ignoresLength: false)
        #expect(client.say(frame(7, number(1) + number(0))).map(words) == ["goaway 1 0"])
        #expect(!client.session.canOpen)
        #expect(client.session.isOpen(1))
    }

    @Test func findsStreamsAmongMany() {
        var table = StreamTable()
        var live: Set<UInt32> = []
        for round in 0..<5000 {
            let id = UInt32(round) * 2 + 1
            var state = StreamState()
            state.id = id
            _ = table.insert(state)
            live.insert(id)
            if round % 3 != 0, let gone = live.randomElement() {
                table.remove(at: table.find(gone))
                live.remove(gone)
                #expect(table.find(gone) == -1)
            }
        }
        #expect(table.count == live.count)
        for id in live { #expect(table[table.find(id)].id == id) }
    }
}
