/// How the end of a message body is found (RFC 9112, 6.3).
enum BodyFraming: BitwiseCopyable, Equatable {
    case none
    case length(UInt64)
    case chunked
    case untilClose
}

/// What the header fields of one head say about the message and the
/// connection, with everything that could be read two ways refused.
struct HTTP1Semantics: BitwiseCopyable {
    var framing: BodyFraming = .none
    var violation: HTTP1Violation = .none
    var wantsClose = false
    var wantsKeepAlive = false
    var expectsContinue = false
    var upgrade = false
    /// The connection header names `upgrade`.
    var nominatesUpgrade = false
    /// The connection header names fields that end here.
    var nominatesFields = false
    /// Index of the host field, or -1.
    var host = -1
    var requestID = -1
    /// The body is gRPC's.
    var isGRPC = false

    static func ofRequest(_ bytes: Span<UInt8>, _ head: borrowing HTTP1Head) -> HTTP1Semantics {
        var result = HTTP1Semantics()
        result.readFields(bytes, head)
        if result.violation != .none { return result }
        if result.host < 0 {
            result.violation = .missingHost
        } else {
            let host = head.value(result.host)
            if !isHost(bytes, host) { result.violation = .invalidHost }
        }
        if head.minorVersion == 0, case .chunked = result.framing {
            result.violation = .transferEncodingInHTTP10
        }
        return result
    }

    static func ofResponse(
        _ bytes: Span<UInt8>, _ head: borrowing HTTP1Head, toHead: Bool
    ) -> HTTP1Semantics {
        var result = HTTP1Semantics()
        result.framing = .untilClose
        result.readFields(bytes, head)
        let status = head.status
        if toHead || status < 200 || status == 204 || status == 304 {
            // Their lengths speak of a body that isn't sent.
            result.framing = .none
        } else if case .chunked = result.framing, head.minorVersion == 0 {
            result.violation = .transferEncodingInHTTP10
        }
        return result
    }

    private mutating func readFields(_ bytes: Span<UInt8>, _ head: borrowing HTTP1Head) {
        var length: UInt64 = 0
        var hasLength = false
        var hasEncoding = false
        for index in 0..<head.fieldCount {
            let known = head.kind(index)
            if known == .other { continue }
            let value = head.value(index)
            switch known {
            case .contentLength:
                guard let number = Self.number(bytes, value) else {
                    violation = .invalidContentLength
                    return
                }
                if hasLength {
                    violation = .conflictingContentLength
                    return
                }
                hasLength = true
                length = number
            case .transferEncoding:
                guard !hasEncoding, Self.equals(bytes, value, "chunked") else {
                    violation = .unsupportedTransferEncoding
                    return
                }
                hasEncoding = true
            case .host:
                if host >= 0 {
                    violation = .duplicateHost
                    return
                }
                host = index
            case .connection: readConnection(bytes, value)
            case .expect: expectsContinue = Self.equals(bytes, value, "100-continue")
            case .upgrade: upgrade = true
            case .requestID: requestID = index
            case .contentType: isGRPC = Self.isGRPC(bytes, value)
            default: continue
            }
            if violation != .none { return }
        }
        if hasEncoding, hasLength {
            violation = .contentLengthWithTransferEncoding
        } else if hasEncoding {
            framing = .chunked
        } else if hasLength {
            framing = length == 0 ? .none : .length(length)
        }
    }

    /// Tokens of the connection header.
    private mutating func readConnection(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        Self.forEachToken(bytes, value) { token in
            if Self.equals(bytes, token, "close") {
                wantsClose = true
            } else if Self.equals(bytes, token, "keep-alive") {
                wantsKeepAlive = true
            } else if Self.equals(bytes, token, "upgrade") {
                nominatesUpgrade = true
            } else if Self.equals(bytes, token, "te") || Self.equals(bytes, token, "http2-settings") {
                // Removed by their own names.
            } else if Self.mustNotBeNominated(bytes, token) {
                violation = .invalidConnectionHeader
            } else if !token.isEmpty {
                nominatesFields = true
            }
        }
    }

    private static func mustNotBeNominated(_ bytes: Span<UInt8>, _ token: Range<Int>) -> Bool {
        equals(bytes, token, "host") || equals(bytes, token, "content-length")
            || equals(bytes, token, "transfer-encoding") || equals(bytes, token, "x-forwarded-for")
            || equals(bytes, token, "x-forwarded-proto") || equals(bytes, token, "x-forwarded-host")
            || equals(bytes, token, "cookie") || equals(bytes, token, "authorization")
    }

    // MARK: - Values

    /// Calls `body` for each comma-separated token, without the white space.
    static func forEachToken(_ bytes: Span<UInt8>, _ value: Range<Int>, _ body: (Range<Int>) -> Void) {
        var start = value.lowerBound
        while start <= value.upperBound {
            var end = start
            while end < value.upperBound, bytes[end] != 0x2c { end &+= 1 }
            var from = start
            var to = end
            while from < to, bytes[from] == 0x20 || bytes[from] == 0x09 { from &+= 1 }
            while to > from, bytes[to &- 1] == 0x20 || bytes[to &- 1] == 0x09 { to &-= 1 }
            body(from..<to)
            start = end &+ 1
        }
    }

    /// `application/grpc`, alone or with `+proto` and the like (Envoy's rule).
    private static func isGRPC(_ bytes: Span<UInt8>, _ value: Range<Int>) -> Bool {
        guard value.count >= 16, equals(bytes, value.lowerBound..<value.lowerBound + 16, "application/grpc") else {
            return false
        }
        return value.count == 16 || bytes[value.lowerBound + 16] == 0x2b
    }

    /// Digits only: no sign, no list, no overflow.
    static func number(_ bytes: Span<UInt8>, _ value: Range<Int>) -> UInt64? {
        guard !value.isEmpty, value.count <= 19 else { return nil }
        var result: UInt64 = 0
        for index in value {
            let digit = bytes[index] &- 0x30
            guard digit < 10 else { return nil }
            result = result &* 10 &+ UInt64(digit)
        }
        return result
    }

    static func equals(_ bytes: Span<UInt8>, _ value: Range<Int>, _ text: StaticString) -> Bool {
        guard value.count == text.utf8CodeUnitCount else { return false }
        for (offset, index) in value.enumerated() {
            var byte = bytes[index]
            if byte &- 0x41 < 26 { byte |= 0x20 }
            if byte != text.utf8Start[offset] { return false }
        }
        return true
    }

    /// Host and port as RFC 3986 spells them, without user information.
    static func isHost(_ bytes: Span<UInt8>, _ value: Range<Int>) -> Bool {
        guard !value.isEmpty, value.count <= 512 else { return false }
        for index in value {
            let byte = bytes[index]
            let isAlphanumeric = (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10
            if isAlphanumeric { continue }
            switch byte {
            case 0x2d, 0x2e, 0x5f, 0x7e, 0x3a, 0x5b, 0x5d, 0x25: continue  // - . _ ~ : [ ] %
            case 0x21, 0x24, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x3b, 0x3d: continue
            default: return false
            }
        }
        return true
    }
}
