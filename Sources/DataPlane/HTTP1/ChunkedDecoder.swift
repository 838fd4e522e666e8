/// A strict decoder of the chunked transfer coding (RFC 9112, 7.1).
///
/// Plain data: it is fed runs of bytes and tells which of them are body.
/// Chunk extensions and trailers are checked and dropped.
struct ChunkedDecoder: BitwiseCopyable {
    private enum State: UInt8, BitwiseCopyable {
        case size, sizeDigits, `extension`, sizeLineFeed
        case data, dataReturn, dataLineFeed
        case trailerStart, trailerName, trailerValue, trailerLineFeed, endLineFeed
        case done
    }

    private var state: State = .size
    private var remaining: UInt64 = 0
    private var digits: UInt8 = 0
    /// Bytes of extensions and trailers, which hold no body but cost work.
    private var overhead: UInt32 = 0

    /// What one call found: framing bytes, then a run of body.
    struct Step {
        /// Bytes of input this step used, the run of body included.
        var consumed = 0
        /// The run of body: the last `body` bytes of those used.
        var body = 0
        var violation: HTTP1Violation = .none
    }

    var isDone: Bool { state == .done }

    /// Reads up to and including the next run of body, or to the end.
    mutating func step(_ bytes: Span<UInt8>, from start: Int) -> Step {
        var result = Step()
        var index = start
        let count = bytes.count
        while index < count, state != .done {
            if state == .data {
                let available = UInt64(count &- index)
                let run = Int(truncatingIfNeeded: min(available, remaining))
                remaining &-= UInt64(run)
                if remaining == 0 { state = .dataReturn }
                result.body = run
                result.consumed = index &+ run &- start
                return result
            }
            let violation = accept(bytes[index])
            if violation != .none {
                result.violation = violation
                return result
            }
            index &+= 1
        }
        result.consumed = index &- start
        return result
    }

    private mutating func accept(_ byte: UInt8) -> HTTP1Violation {
        switch state {
        case .size, .sizeDigits:
            if let digit = Self.hex(byte) {
                guard digits < 15 else { return .invalidChunkSize }
                digits &+= 1
                remaining = remaining << 4 | UInt64(digit)
                state = .sizeDigits
                return .none
            }
            guard state == .sizeDigits else { return .invalidChunkSize }
            if byte == 0x0d {
                state = .sizeLineFeed
            } else if byte == 0x3b {
                state = .extension
            } else {
                return .invalidChunkSize
            }
        case .extension:
            if byte == 0x0d {
                state = .sizeLineFeed
            } else if (byte < 0x20 && byte != 0x09) || byte == 0x7f {
                return .invalidChunkSize
            } else {
                return spend()
            }
        case .sizeLineFeed:
            guard byte == 0x0a else { return .invalidChunkSize }
            digits = 0
            state = remaining == 0 ? .trailerStart : .data
        case .dataReturn:
            guard byte == 0x0d else { return .invalidChunkEnd }
            state = .dataLineFeed
        case .dataLineFeed:
            guard byte == 0x0a else { return .invalidChunkEnd }
            state = .size
        case .trailerStart:
            if byte == 0x0d {
                state = .endLineFeed
            } else {
                guard HTTP1HeadParser.isToken(byte) else { return .invalidTrailer }
                state = .trailerName
                return spend()
            }
        case .trailerName:
            if byte == 0x3a {
                state = .trailerValue
            } else {
                guard HTTP1HeadParser.isToken(byte) else { return .invalidTrailer }
            }
            return spend()
        case .trailerValue:
            if byte == 0x0d {
                state = .trailerLineFeed
            } else if (byte < 0x20 && byte != 0x09) || byte == 0x7f {
                return .invalidTrailer
            }
            return spend()
        case .trailerLineFeed:
            guard byte == 0x0a else { return .invalidTrailer }
            state = .trailerStart
        case .endLineFeed:
            guard byte == 0x0a else { return .invalidTrailer }
            state = .done
        case .data, .done: break
        }
        return .none
    }

    private mutating func spend() -> HTTP1Violation {
        overhead &+= 1
        return overhead > UInt32(HTTP1Head.mostBytes) ? .headTooLarge : .none
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        if byte &- 0x30 < 10 { return byte &- 0x30 }
        let letter = (byte | 0x20) &- 0x61
        return letter < 6 ? letter &+ 10 : nil
    }
}
