import Testing

@testable import DataPlane

@Suite struct ChunkedDecoderTests {
    /// Feeds `text` in pieces of `size` bytes: body, and what was refused.
    private func decode(_ text: String, pieces size: Int) -> (body: String, done: Bool, violation: HTTP1Violation, rest: Int) {
        let bytes = Array(text.utf8)
        var decoder = ChunkedDecoder()
        var body: [UInt8] = []
        var start = 0
        while start < bytes.count, !decoder.isDone {
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            var used = 0
            while used < piece.count, !decoder.isDone {
                let step = piece.withUnsafeBufferPointer { decoder.step(Span(_unsafeElements: $0), from: used) }
                if step.violation != .none { return (String(decoding: body, as: UTF8.self), false, step.violation, 0) }
                used += step.consumed
                body += piece[(used - step.body)..<used]
            }
            start += used
        }
        return (String(decoding: body, as: UTF8.self), decoder.isDone, .none, bytes.count - start)
    }

    @Test(arguments: [1, 2, 3, 7, 1000])
    func decodesHoweverItIsCut(_ size: Int) {
        let text = "5\r\nhello\r\n1;a=\"b;c\"\r\n \r\n005\r\nworld\r\n0\r\nTrailer: x\r\n\r\nGET"
        let result = decode(text, pieces: size)
        #expect(result.body == "hello world")
        #expect(result.done)
        #expect(result.violation == .none)
        #expect(result.rest == 3)
    }

    @Test(arguments: [
        "\r\n", "x\r\n", " 5\r\nhello\r\n", "5 \r\nhello\r\n", "-5\r\n", "+5\r\n", "0x5\r\nhello\r\n", "5\nhello\r\n",
        "5\rhello", "5;a\nhello", "5;a\u{00}\r\n", "FFFFFFFFFFFFFFFFF\r\n", "1000000000000000\r\n",
    ])
    func refusesSizes(_ text: String) {
        #expect(decode(text, pieces: 1).violation == .invalidChunkSize)
    }

    @Test(arguments: ["5\r\nhelloX", "5\r\nhello\n", "5\r\nhello\rX", "5\r\nhello5\r\n"])
    func refusesEnds(_ text: String) {
        #expect(decode(text, pieces: 1).violation == .invalidChunkEnd)
    }

    @Test(arguments: ["0\r\n\n", "0\r\nA b\r\n\r\n", "0\r\n: b\r\n\r\n", "0\r\nA: b\n\r\n", "0\r\nA: \u{01}\r\n\r\n", "0\r\n\rX"])
    func refusesTrailers(_ text: String) {
        #expect(decode(text, pieces: 1).violation == .invalidTrailer)
    }

    @Test func limitsWhatIsNotBody() {
        let text = "1;" + String(repeating: "a", count: 70_000) + "\r\n"
        #expect(decode(text, pieces: 4096).violation == .headTooLarge)
    }
}
