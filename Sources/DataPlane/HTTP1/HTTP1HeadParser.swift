/// A strict parser of HTTP/1 heads, in place, on bounds-checked bytes.
///
/// RFC 9112 without its leniencies: every line ends with CRLF, names are
/// tokens directly followed by a colon, no folding, no control characters.
/// What the parser accepts has one meaning for every reader behind us.
enum HTTP1HeadParser {
    enum Outcome: Equatable {
        case needsMore
        case complete
        case refused(HTTP1Violation)
    }

    /// Parses a request head at the start of `bytes`.
    static func parseRequest(_ bytes: Span<UInt8>, into head: inout HTTP1Head) -> Outcome {
        head.fieldCount = 0
        let count = bytes.count
        var index = 0
        // One empty line before a request line is tolerated (RFC 9112, 2.2).
        if count > 0, bytes[0] == 0x0d {
            guard count > 1 else { return .needsMore }
            guard bytes[1] == 0x0a else { return .refused(.bareCarriageReturn) }
            index = 2
        }
        let methodStart = index
        while true {
            guard index < count else { return unfinished(bytes) }
            let byte = bytes[index]
            if byte == 0x20 { break }
            guard isToken(byte) else { return .refused(.invalidMethod) }
            index &+= 1
        }
        guard index > methodStart, index &- methodStart <= 64 else { return .refused(.invalidMethod) }
        head.methodStart = methodStart
        head.methodCount = index &- methodStart
        index &+= 1
        let targetStart = index
        while true {
            guard index < count else { return unfinished(bytes) }
            let byte = bytes[index]
            if byte == 0x20 { break }
            if byte == 0x0d || byte == 0x0a { return .refused(.invalidVersion) }
            guard byte > 0x20, byte < 0x7f else { return .refused(.invalidTarget) }
            index &+= 1
        }
        guard index > targetStart else { return .refused(.invalidTarget) }
        head.targetStart = targetStart
        head.targetCount = index &- targetStart
        index &+= 1
        switch parseVersion(bytes, index) {
        case .needsMore: return unfinished(bytes)
        case .refused(let violation): return .refused(violation)
        case .complete: head.minorVersion = Int(bytes[index &+ 7] &- 0x30)
        }
        index &+= 8
        guard index &+ 1 < count else {
            if index < count, bytes[index] != 0x0d { return .refused(.invalidVersion) }
            return unfinished(bytes)
        }
        guard bytes[index] == 0x0d, bytes[index &+ 1] == 0x0a else {
            return .refused(bytes[index] == 0x0a ? .bareLineFeed : .invalidVersion)
        }
        return parseFields(bytes, from: index &+ 2, into: &head)
    }

    /// Parses a response head at the start of `bytes`.
    static func parseResponse(_ bytes: Span<UInt8>, into head: inout HTTP1Head) -> Outcome {
        head.fieldCount = 0
        let count = bytes.count
        switch parseVersion(bytes, 0) {
        case .needsMore: return unfinished(bytes)
        case .refused: return .refused(.invalidStatus)
        case .complete: head.minorVersion = Int(bytes[7] &- 0x30)
        }
        guard count >= 13 else { return unfinished(bytes) }
        guard bytes[8] == 0x20 else { return .refused(.invalidStatus) }
        var status = 0
        for offset in 9..<12 {
            let digit = bytes[offset] &- 0x30
            guard digit < 10 else { return .refused(.invalidStatus) }
            status = status &* 10 &+ Int(digit)
        }
        guard status >= 100 else { return .refused(.invalidStatus) }
        head.status = status
        var index = 12
        head.reasonStart = 12
        head.reasonCount = 0
        if bytes[index] == 0x20 {
            index &+= 1
            head.reasonStart = index
            while true {
                guard index < count else { return unfinished(bytes) }
                let byte = bytes[index]
                if byte == 0x0d { break }
                if byte == 0x0a { return .refused(.bareLineFeed) }
                guard byte == 0x09 || (byte >= 0x20 && byte != 0x7f) else { return .refused(.invalidStatus) }
                index &+= 1
            }
            head.reasonCount = index &- head.reasonStart
        }
        guard index &+ 1 < count else { return unfinished(bytes) }
        guard bytes[index] == 0x0d else {
            return .refused(bytes[index] == 0x0a ? .bareLineFeed : .invalidStatus)
        }
        guard bytes[index &+ 1] == 0x0a else { return .refused(.bareCarriageReturn) }
        return parseFields(bytes, from: index &+ 2, into: &head)
    }

    // MARK: - Header lines

    private static func parseFields(
        _ bytes: Span<UInt8>, from start: Int, into head: inout HTTP1Head
    ) -> Outcome {
        let count = bytes.count
        var index = start
        while true {
            guard index < count else { return unfinished(bytes) }
            let first = bytes[index]
            if first == 0x0d {
                guard index &+ 1 < count else { return unfinished(bytes) }
                guard bytes[index &+ 1] == 0x0a else { return .refused(.bareCarriageReturn) }
                head.count = index &+ 2
                return head.count > HTTP1Head.mostBytes ? .refused(.headTooLarge) : .complete
            }
            if first == 0x20 || first == 0x09 { return .refused(.foldedHeader) }
            if first == 0x0a { return .refused(.bareLineFeed) }

            let nameStart = index
            while true {
                guard index < count else { return unfinished(bytes) }
                let byte = bytes[index]
                if byte == 0x3a { break }
                guard isToken(byte) else { return .refused(.invalidHeaderName) }
                index &+= 1
            }
            guard index > nameStart else { return .refused(.invalidHeaderName) }
            let nameEnd = index
            index &+= 1
            while index < count, bytes[index] == 0x20 || bytes[index] == 0x09 { index &+= 1 }

            let valueStart = index
            while true {
                guard index < count else { return unfinished(bytes) }
                let byte = bytes[index]
                if byte < 0x20 {
                    if byte == 0x0d { break }
                    if byte == 0x0a { return .refused(.bareLineFeed) }
                    guard byte == 0x09 else { return .refused(.invalidHeaderValue) }
                } else if byte == 0x7f {
                    return .refused(.invalidHeaderValue)
                }
                index &+= 1
            }
            guard index &+ 1 < count else { return unfinished(bytes) }
            guard bytes[index &+ 1] == 0x0a else { return .refused(.bareCarriageReturn) }
            var valueEnd = index
            while valueEnd > valueStart, bytes[valueEnd &- 1] == 0x20 || bytes[valueEnd &- 1] == 0x09 {
                valueEnd &-= 1
            }
            index &+= 2
            guard index <= HTTP1Head.mostBytes else { return .refused(.headTooLarge) }
            let known = KnownHeader.of(bytes, nameStart, nameEnd &- nameStart)
            guard head.append(name: nameStart..<nameEnd, value: valueStart..<valueEnd, known: known) else {
                return .refused(.tooManyHeaders)
            }
        }
    }

    /// A head that has no end yet: wait for more, unless it is too large.
    private static func unfinished(_ bytes: Span<UInt8>) -> Outcome {
        bytes.count >= HTTP1Head.mostBytes ? .refused(.headTooLarge) : .needsMore
    }

    /// `HTTP/1.0` or `HTTP/1.1` at `index`.
    private static func parseVersion(_ bytes: Span<UInt8>, _ index: Int) -> Outcome {
        let expected: StaticString = "HTTP/1."
        for offset in 0..<7 {
            guard index &+ offset < bytes.count else { return .needsMore }
            guard bytes[index &+ offset] == expected.utf8Start[offset] else { return .refused(.invalidVersion) }
        }
        guard index &+ 7 < bytes.count else { return .needsMore }
        let digit = bytes[index &+ 7]
        return digit == 0x31 || digit == 0x30 ? .complete : .refused(.invalidVersion)
    }

    /// RFC 9110, 5.6.2, as a bit for each of the first 128 characters.
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        let low: UInt64 = 0x03ff_6cfa_0000_0000
        let high: UInt64 = 0x57ff_ffff_c7ff_fffe
        if byte & 0x80 != 0 { return false }
        let word = byte < 64 ? low : high
        return (word >> UInt64(byte & 63)) & 1 == 1
    }
}
