import ProxyTestSupport
import Testing

/// Messages that two readers could split in two ways: the origin must never
/// see the part that was hidden in them.
@Suite("Hostile input: smuggling")
struct SmugglingTests {
    struct Attack: Sendable, CustomTestStringConvertible {
        var name: String
        var head: String
        var body: String
        var testDescription: String { name }
    }

    static let hidden = "GET /smuggled HTTP/1.1\r\nhost: t\r\n\r\n"

    static let framing: [Attack] = [
        "content-length: 6\r\ntransfer-encoding: chunked", "transfer-encoding: chunked\r\ncontent-length: 6",
        "content-length: 4\r\ntransfer-encoding : chunked", "transfer-encoding: xchunked", "transfer-encoding: chunked\r\ntransfer-encoding: x",
        "transfer-encoding: x\r\ntransfer-encoding: chunked", "transfer-encoding: chunked, identity",
        "transfer-encoding: identity, chunked", "transfer-encoding: \u{b}chunked", "transfer-encoding: \"chunked\"",
        "transfer-encoding\u{b}: chunked", "transfer-encoding:\n chunked", "x: x\ntransfer-encoding: chunked",
        " transfer-encoding: chunked", "transfer-encoding: chunked\r\n\tcontent-length: 5", "content-length: 0\r\ncontent-length: 40",
        "content-length: 0, 40", "content-length: +0", "content-length: 0x28", "content-length: 0 40", "content-length: -40",
        "content-length: 40\u{0}", "content_length: 40\r\ncontent-length: 00x",
    ].map { Attack(name: $0.debugDescription, head: $0, body: "0\r\n\r\n" + hidden) }

    static let chunks: [Attack] = [
        "0x5\r\nhello\r\n0\r\n\r\n", "+5\r\nhello\r\n0\r\n\r\n", "-1\r\nhello\r\n0\r\n\r\n", "5\nhello\r\n0\r\n\r\n",
        "fffffffffffffffff5\r\nhello\r\n0\r\n\r\n", "5;\nx\r\nhello\r\n0\r\n\r\n", "5\r\nhelloX\r\n0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n", "\r\n5\r\nhello\r\n0\r\n\r\n", "5 5\r\nhello\r\n0\r\n\r\n", "5\rhello\r\n0\r\n\r\n",
        "1_0\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n0\n\r\n",
    ].map { Attack(name: $0.debugDescription, head: "transfer-encoding: chunked", body: $0 + hidden) }

    @Test("the hidden request reaches nobody", arguments: framing + chunks)
    func neverSplit(_ attack: Attack) async throws {
        try await BackgroundThread.run {
            let proxy = try SoloProxy(SoloProxy.http)
            let answer = try proxy.send(Array("POST / HTTP/1.1\r\nhost: t\r\n\(attack.head)\r\n\r\n\(attack.body)".utf8))
            #expect(!answer.contains("HTTP/1.1 200"), "\(answer)")
            #expect(answer.hasPrefix("HTTP/1.1 4") || answer.hasPrefix("HTTP/1.1 501"), "\(answer)")
            #expect(try proxy.isAlive())
            let texts = proxy.recorder.arrivals.map { String(decoding: $0.bytes, as: UTF8.self) }
            #expect(!texts.contains { $0.contains("smuggled") }, "\(texts)")
            #expect(proxy.recorder.arrivals.count { $0.isComplete } == 1)
        }
    }
}
