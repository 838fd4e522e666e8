import Testing

@testable import HTTP2

/// What costs the server more than it costs the client has an end.
@Suite struct HTTP2FloodTests {
    struct Flood: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var round: @Sendable (inout Conversation, UInt32) -> [UInt8]
    }

    static let floods = [
        Flood(testDescription: "rapid reset") { $0.head($1, flags: 4) + frame(3, stream: $1, number(8)) },
        Flood(testDescription: "SETTINGS") { _, _ in frame(4) },
        Flood(testDescription: "SETTINGS acknowledged") { _, _ in frame(4, flags: 1) },
        Flood(testDescription: "PING") { _, _ in frame(6, [UInt8](repeating: 0, count: 8)) },
        Flood(testDescription: "PRIORITY") { _, _ in frame(2, stream: 1, [0, 0, 0, 3, 0]) },
        Flood(testDescription: "unknown frames") { _, _ in frame(0x42) },
        Flood(testDescription: "WINDOW_UPDATE") { _, _ in frame(8, number(1)) },
        Flood(testDescription: "MadeYouReset by windows") { $0.head($1) + frame(8, stream: $1, number(0)) },
        Flood(testDescription: "MadeYouReset by DATA behind the end") { $0.head($1) + frame(0, flags: 1, stream: $1, [1]) },
        Flood(testDescription: "malformed requests") { $0.head($1, ["a: b"]) },
        Flood(testDescription: "HEADERS of refused streams") { $0.head($1, flags: 4) },
    ]

    @Test(arguments: floods) func endsWithEnhanceYourCalm(_ flood: Flood) {
        var conversation = Conversation.server()
        var most = 0
        for round in 0..<6000 {
            let all = flood.round(&conversation, UInt32(round) * 2 + 1)
            let events = conversation.say(all)
            most = max(most, conversation.session.streamCount)
            if case .failed(let code) = events.last {
                #expect(code == .enhanceYourCalm)
                #expect(most <= 10)
                return
            }
        }
        Issue.record("6000 rounds were taken")
    }

    @Test func endsWithEnhanceYourCalmForEmptyData() {
        var conversation = Conversation.server()
        let head = conversation.head(1, flags: 4)
        _ = conversation.say(head)
        var events: [HTTP2Event] = []
        for _ in 0..<200 where events.isEmpty { events = conversation.say(frame(0, stream: 1)) }
        #expect(events.map(words) == ["failed 11"])
    }

    /// Four kilobytes for each byte received (CVE-2016-6581, "HPACK bomb").
    @Test func copiesNoMoreThanItsLimitForOneBlock() {
        var decoder = HPACKDecoder()
        var list = FieldList()
        var block: [UInt8] = [0x40, 1, 0x6b, 0x7f, 0xa1, 0x1e] + [UInt8](repeating: 0x61, count: 4000)
        block += [UInt8](repeating: 0xbe, count: 12_000)
        #expect(decoder.decode(block.span, into: &list))
        #expect(list.overflowed)
        #expect(list.size <= list.mostBytes + 5000)
    }

    @Test func endsWithEnhanceYourCalmForEmptyDataBehindAReset() {
        var conversation = Conversation.server()
        let head = conversation.head(1, flags: 4)
        _ = conversation.say(head)
        conversation.session.reset(1, .noError)
        var events: [HTTP2Event] = []
        for _ in 0..<200 where events.isEmpty { events = conversation.say(frame(0, stream: 1)) }
        #expect(events.map(words) == ["failed 11"])
    }

    @Test func endsWithEnhanceYourCalmForContinuation() {
        var conversation = Conversation.server()
        let head = conversation.head(1, flags: 1)
        _ = conversation.say(head)
        var events: [HTTP2Event] = []
        var rounds = 0
        while events.isEmpty, rounds < 100 {
            events = conversation.say(frame(9, stream: 1))
            rounds += 1
        }
        #expect(events.map(words) == ["failed 11"])
        #expect(rounds == 32)
    }

    @Test func takesALotOverTime() {
        var conversation = Conversation.server()
        for round in 0..<1000 {
            if round % 100 == 0 { conversation.session.budget.refill() }
            let all = conversation.head(UInt32(round) * 2 + 1, flags: 4) + frame(3, stream: UInt32(round) * 2 + 1, number(8))
            #expect(conversation.say(all).count == 2)
        }
    }
}
