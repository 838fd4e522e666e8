import Testing

@testable import DataPlane

@Suite struct DetectionTests {
    @Test(arguments: [
        ("GET / HTTP/1.1\r\n", HTTPDetector.Outcome.http11),
        ("GET / HTTP/1.0\r\n", .http10),
        ("GET / HTTP/1.0", .needsMore),
        ("GE", .needsMore),
        ("", .needsMore),
        ("M-SEARCH * HTTP/1.1\r\n", .http11),
        ("HELO example.com\r\n", .opaque),
        ("SSH-2.0-OpenSSH\r\n", .opaque),
        ("GET / RTSP/1.0\r\n", .opaque),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .http2),
        ("PRI * HTTP/2.0\r\n\r\nS", .needsMore),
        ("\u{16}\u{03}\u{01}", .opaque),
    ])
    func recognisesHTTP(_ text: String, _ wanted: HTTPDetector.Outcome) {
        let bytes = Array(text.utf8)
        let outcome = bytes.withUnsafeBufferPointer { HTTPDetector.inspect(Span(_unsafeElements: $0)) }
        #expect(outcome == wanted)
    }

    /// A ClientHello with server name and ALPN.
    static func clientHello(name: String, protocols: [String]) -> [UInt8] {
        func sized(_ bytes: [UInt8], _ width: Int) -> [UInt8] {
            (0..<width).reversed().map { UInt8(truncatingIfNeeded: bytes.count >> ($0 * 8)) } + bytes
        }
        var extensions: [UInt8] = [0x00, 0x17] + sized([], 2)
        extensions += [0x00, 0x00] + sized(sized([0] + sized(Array(name.utf8), 2), 2), 2)
        extensions += [0x00, 0x10] + sized(sized(protocols.flatMap { sized(Array($0.utf8), 1) }, 2), 2)
        var body: [UInt8] = [3, 3] + [UInt8](repeating: 7, count: 32)
        body += sized([1, 2, 3], 1) + sized([0x13, 0x01], 2) + sized([0], 1) + sized(extensions, 2)
        return [1] + sized(body, 3)
    }

    static func records(_ message: [UInt8], of size: Int) -> [UInt8] {
        var result: [UInt8] = []
        var start = 0
        while start < message.count {
            let part = message[start..<min(start + size, message.count)]
            result += [0x16, 3, 1, UInt8(part.count >> 8), UInt8(part.count & 255)] + part
            start += size
        }
        return result
    }

    private func parse(_ bytes: [UInt8]) -> (outcome: ClientHello.Outcome, name: String, protocols: [UInt8]) {
        var scratch = [UInt8](repeating: 0, count: ClientHello.mostBytes)
        let outcome = scratch.withUnsafeMutableBufferPointer { memory in
            bytes.withUnsafeBufferPointer { ClientHello.parse(Span(_unsafeElements: $0), scratch: memory) }
        }
        guard case .hello(let name, let protocols) = outcome else { return (outcome, "", []) }
        return (outcome, String(decoding: scratch[name], as: UTF8.self), Array(scratch[protocols]))
    }

    @Test(arguments: [1, 5, 60, 4000])
    func readsServerNamesHoweverRecordsAreCut(_ size: Int) {
        let message = Self.clientHello(name: "api.example.com", protocols: ["h2", "http/1.1"])
        let parsed = parse(Self.records(message, of: size))
        #expect(parsed.name == "api.example.com")
        #expect(parsed.protocols == [2] + Array("h2".utf8) + [8] + Array("http/1.1".utf8))
    }

    @Test func waitsForTheWholeHello() {
        let bytes = Self.records(Self.clientHello(name: "a.example", protocols: []), of: 4000)
        for count in 0..<bytes.count {
            #expect(parse(Array(bytes[0..<count])).outcome == .needsMore, "after \(count) bytes")
        }
    }

    @Test func refusesWhatIsMalformed() {
        #expect(parse(Array("GET / HTTP/1.1\r\n".utf8)).outcome == .notTLS)
        #expect(parse([0x16, 3, 1, 0, 0]).outcome == .notTLS)
        #expect(parse([0x16, 3, 1, 0, 4, 2, 0, 0, 0]).outcome == .notTLS)
        var bytes = Self.records(Self.clientHello(name: "a.example", protocols: []), of: 4000)
        bytes[43 + 5] = 200  // The session's length leads past the end.
        #expect(parse(bytes).outcome == .notTLS)
    }
}
