import Testing

@testable import DataPlane

/// One parse of a request: what the parser said, and about what.
private struct Parsed {
    var outcome: HTTP1HeadParser.Outcome
    var violation: HTTP1Violation = .none
    var framing: BodyFraming = .none
    var names: [String] = []
    var values: [String] = []

    init(request text: String) {
        let bytes = Array(text.utf8)
        var head = HTTP1Head()
        defer { head.destroy() }
        outcome = bytes.withUnsafeBufferPointer { buffer in
            HTTP1HeadParser.parseRequest(Span(_unsafeElements: buffer), into: &head)
        }
        if case .refused(let refused) = outcome { violation = refused }
        guard outcome == .complete else { return }
        let semantics = bytes.withUnsafeBufferPointer { buffer in
            HTTP1Semantics.ofRequest(Span(_unsafeElements: buffer), head)
        }
        violation = semantics.violation
        framing = semantics.framing
        for index in 0..<head.fieldCount {
            names.append(String(decoding: bytes[head.name(index)], as: UTF8.self))
            values.append(String(decoding: bytes[head.value(index)], as: UTF8.self))
        }
    }
}

@Suite struct HTTP1HeadParserTests {
    @Test func readsAnOrdinaryRequest() {
        let parsed = Parsed(request: "GET /a?b HTTP/1.1\r\nHost: x\r\nA:  b c \t\r\nEmpty:\r\n\r\nrest")
        #expect(parsed.outcome == .complete)
        #expect(parsed.violation == .none)
        #expect(parsed.names == ["Host", "A", "Empty"])
        #expect(parsed.values == ["x", "b c", ""])
    }

    @Test func waitsForMoreAtEveryByte() {
        let text = "POST /path HTTP/1.1\r\nHost: example.com\r\nContent-Length: 3\r\n\r\n"
        for count in 0..<text.utf8.count {
            let parsed = Parsed(request: String(decoding: Array(text.utf8.prefix(count)), as: UTF8.self))
            #expect(parsed.outcome == .needsMore, "after \(count) bytes")
        }
        #expect(Parsed(request: text).framing == .length(3))
    }

    @Test(arguments: [
        ("G ET / HTTP/1.1\r\nHost: x\r\n\r\n", HTTP1Violation.invalidVersion),
        ("GE\u{01}T / HTTP/1.1\r\nHost: x\r\n\r\n", .invalidMethod),
        (" GET / HTTP/1.1\r\nHost: x\r\n\r\n", .invalidMethod),
        ("GET  / HTTP/1.1\r\nHost: x\r\n\r\n", .invalidTarget),
        ("GET /\u{e9} HTTP/1.1\r\nHost: x\r\n\r\n", .invalidTarget),
        ("GET /\u{07} HTTP/1.1\r\nHost: x\r\n\r\n", .invalidTarget),
        ("GET / HTTP/2.0\r\nHost: x\r\n\r\n", .invalidVersion),
        ("GET / HTTP/1.2\r\nHost: x\r\n\r\n", .invalidVersion),
        ("GET / http/1.1\r\nHost: x\r\n\r\n", .invalidVersion),
        ("GET /\r\nHost: x\r\n\r\n", .invalidVersion),
        ("GET / HTTP/1.1\nHost: x\n\n", .bareLineFeed),
        ("GET / HTTP/1.1\r\nHost: x\n\r\n", .bareLineFeed),
        ("GET / HTTP/1.1\r\nHost: x\rA: b\r\n\r\n", .bareCarriageReturn),
        ("GET / HTTP/1.1\r\nHost: x\r\n\rX\r\n", .bareCarriageReturn),
        ("GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", .foldedHeader),
        ("GET / HTTP/1.1\r\nHost: x\r\n\tfolded\r\n\r\n", .foldedHeader),
        ("GET / HTTP/1.1\r\nHost : x\r\n\r\n", .invalidHeaderName),
        ("GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n", .invalidHeaderName),
        ("GET / HTTP/1.1\r\nHost: x\r\nNo colon\r\n\r\n", .invalidHeaderName),
        ("GET / HTTP/1.1\r\nHost: x\r\nA\u{00}: y\r\n\r\n", .invalidHeaderName),
        ("GET / HTTP/1.1\r\nHost: x\r\nA(: y\r\n\r\n", .invalidHeaderName),
        ("GET / HTTP/1.1\r\nHost: x\r\nA: y\u{00}z\r\n\r\n", .invalidHeaderValue),
        ("GET / HTTP/1.1\r\nHost: x\r\nA: y\u{0b}z\r\n\r\n", .invalidHeaderValue),
        ("GET / HTTP/1.1\r\nHost: x\r\nA: y\u{7f}\r\n\r\n", .invalidHeaderValue),
    ])
    func refusesWhatCouldBeReadTwoWays(_ text: String, _ wanted: HTTP1Violation) {
        #expect(Parsed(request: text).violation == wanted)
    }

    /// The smuggling vectors: framing that two readers could see differently.
    @Test(arguments: [
        ("Content-Length: 3\r\nTransfer-Encoding: chunked", HTTP1Violation.contentLengthWithTransferEncoding),
        ("Transfer-Encoding: chunked\r\nContent-Length: 0", .contentLengthWithTransferEncoding),
        ("Content-Length: 3\r\nContent-Length: 4", .conflictingContentLength),
        ("Content-Length: 3\r\nContent-Length: 3", .conflictingContentLength),
        ("Content-Length: 3, 3", .invalidContentLength),
        ("Content-Length: +3", .invalidContentLength),
        ("Content-Length: -1", .invalidContentLength),
        ("Content-Length: 0x3", .invalidContentLength),
        ("Content-Length: 3 4", .invalidContentLength),
        ("Content-Length:", .invalidContentLength),
        ("Content-Length: 99999999999999999999", .invalidContentLength),
        ("Transfer-Encoding: gzip", .unsupportedTransferEncoding),
        ("Transfer-Encoding: chunked, chunked", .unsupportedTransferEncoding),
        ("Transfer-Encoding: gzip, chunked", .unsupportedTransferEncoding),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", .unsupportedTransferEncoding),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", .unsupportedTransferEncoding),
        ("Transfer-Encoding: xchunked", .unsupportedTransferEncoding),
        ("Transfer-Encoding: \"chunked\"", .unsupportedTransferEncoding),
        ("Transfer-Encoding: chunked;q=1", .unsupportedTransferEncoding),
        ("Transfer-Encoding:", .unsupportedTransferEncoding),
        ("Host: y", .duplicateHost),
        ("Connection: host", .invalidConnectionHeader),
        ("Connection: content-length", .invalidConnectionHeader),
        ("Connection: x-forwarded-for", .invalidConnectionHeader),
    ])
    func refusesAmbiguousFraming(_ line: String, _ wanted: HTTP1Violation) {
        let parsed = Parsed(request: "POST / HTTP/1.1\r\nHost: x\r\n\(line)\r\n\r\n")
        #expect(parsed.outcome == .complete)
        #expect(parsed.violation == wanted)
    }

    @Test func wantsOneHost() {
        #expect(Parsed(request: "GET / HTTP/1.1\r\n\r\n").violation == .missingHost)
        #expect(Parsed(request: "GET / HTTP/1.0\r\n\r\n").violation == .missingHost)
    }

    @Test(arguments: ["a/b", "a b", "u@a", "a\\b", "", "a?b", "a#b", "<a>", "a\"b"])
    func refusesHostsThatAreNone(_ host: String) {
        #expect(Parsed(request: "GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").violation == .invalidHost)
    }

    @Test(arguments: ["a", "A.Example.com", "a.b:80", "[::1]:80", "127.0.0.1", "a_b.c", "xn--bcher-kva.example"])
    func acceptsHosts(_ host: String) {
        #expect(Parsed(request: "GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").violation == .none)
    }

    @Test func limitsFieldsAndBytes() {
        let hundred = (0..<99).map { "h\($0): v\r\n" }.joined()
        #expect(Parsed(request: "GET / HTTP/1.1\r\nHost: x\r\n\(hundred)\r\n").outcome == .complete)
        #expect(Parsed(request: "GET / HTTP/1.1\r\nHost: x\r\n\(hundred)a: b\r\n\r\n").violation == .tooManyHeaders)
        let large = String(repeating: "v", count: 61_440)
        #expect(Parsed(request: "GET / HTTP/1.1\r\nHost: x\r\nA: \(large)").violation == .headTooLarge)
        #expect(Parsed(request: "GET / HTTP/1.1\r\nHost: x\r\nA: \(large)\r\n\r\n").violation == .headTooLarge)
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\n\r\n", HTTP1HeadParser.Outcome.complete),
        ("HTTP/1.1 200\r\n\r\n", .complete),
        ("HTTP/1.0 404 Not Found\r\nA: b\r\n\r\n", .complete),
        ("HTTP/1.1 200 OK\r\n", .needsMore),
        ("HTTP/1.1 20", .needsMore),
        ("HTTP/1.1 099 OK\r\n\r\n", .refused(.invalidStatus)),
        ("HTTP/1.1 2x0 OK\r\n\r\n", .refused(.invalidStatus)),
        ("HTTP/2 200 OK\r\n\r\n", .refused(.invalidStatus)),
        ("HTTP/1.1 2000 OK\r\n\r\n", .refused(.invalidStatus)),
        ("HTTP/1.1 200 OK\n\n", .refused(.bareLineFeed)),
        ("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", .refused(.invalidHeaderName)),
        ("SSH-2.0-OpenSSH_9.0\r\n", .refused(.invalidStatus)),
    ])
    func readsStatusLines(_ text: String, _ wanted: HTTP1HeadParser.Outcome) {
        let bytes = Array(text.utf8)
        var head = HTTP1Head()
        defer { head.destroy() }
        let outcome = bytes.withUnsafeBufferPointer { buffer in
            HTTP1HeadParser.parseResponse(Span(_unsafeElements: buffer), into: &head)
        }
        #expect(outcome == wanted)
    }
}
