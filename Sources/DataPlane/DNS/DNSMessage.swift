/// Reading and writing DNS messages (RFC 1035, 6891), on bounds-checked bytes.
enum DNSMessage {
    static let typeA: UInt16 = 1
    static let typeCNAME: UInt16 = 5
    static let typeAAAA: UInt16 = 28
    static let typeOPT: UInt16 = 41
    static let headerSize = 12

    enum Code: UInt8 {
        case noError = 0
        case formatError = 1
        case serverFailure = 2
        case nameError = 3
        case notImplemented = 4
        case refused = 5
    }

    static func number(_ bytes: Span<UInt8>, _ index: Int) -> UInt16 {
        UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1])
    }

    static func longNumber(_ bytes: Span<UInt8>, _ index: Int) -> UInt32 {
        UInt32(number(bytes, index)) << 16 | UInt32(number(bytes, index + 2))
    }

    /// A name as dotted text, and where the bytes behind it begin.
    struct Name {
        var count = 0
        var end = 0
        /// Every label is letters, digits, `-`, `_` or `*`: it can be looked
        /// up as text without meaning something else.
        var isPlain = true
    }

    /// Reads the name at `start` into `text`, in lower case and without the
    /// final dot. Nil when it is malformed: a pointer must lead backwards,
    /// so that a loop is impossible.
    static func readName(
        _ bytes: Span<UInt8>, _ start: Int, into text: UnsafeMutableBufferPointer<UInt8>, compressed: Bool = true
    ) -> Name? {
        var result = Name()
        var index = start
        var lowest = start
        var jumped = false
        var total = 0
        while true {
            guard index < bytes.count else { return nil }
            let length = Int(bytes[index])
            if length == 0 {
                if !jumped { result.end = index + 1 }
                return result
            }
            if length & 0xc0 == 0xc0 {
                guard compressed, index + 1 < bytes.count else { return nil }
                let target = (length & 0x3f) << 8 | Int(bytes[index + 1])
                guard target < lowest, target >= headerSize else { return nil }
                if !jumped { result.end = index + 2 }
                jumped = true
                lowest = target
                index = target
                continue
            }
            guard length < 64, index + length < bytes.count else { return nil }
            total += length + 1
            guard total <= 254, result.count + length + 1 <= text.count else { return nil }
            if result.count > 0 {
                text[result.count] = 0x2e
                result.count += 1
            }
            for offset in 1...length {
                var byte = bytes[index + offset]
                if byte &- 0x41 < 26 { byte |= 0x20 }
                let plain = byte &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x2d || byte == 0x5f || byte == 0x2a
                if !plain { result.isPlain = false }
                text[result.count] = byte
                result.count += 1
            }
            index += length + 1
        }
    }

    /// A query with exactly one question.
    struct Query {
        var id: UInt16
        var flags: UInt16
        var nameCount: Int
        var isPlain: Bool
        var type: UInt16
        var classCode: UInt16
        /// One past the question.
        var questionEnd: Int
        /// The payload size of its OPT record, at least 512; 0 without EDNS.
        var payloadSize: Int
        var ednsVersion: UInt8
        var wantsDNSSEC: Bool
    }

    enum QueryOutcome {
        case query(Query)
        /// Not worth an answer.
        case ignore
        case refuse(Code)
    }

    /// Reads a query; its name goes to `name`.
    static func readQuery(_ bytes: Span<UInt8>, name: UnsafeMutableBufferPointer<UInt8>) -> QueryOutcome {
        guard bytes.count >= headerSize else { return .ignore }
        let flags = number(bytes, 2)
        guard flags & 0x8000 == 0 else { return .ignore }
        guard flags & 0x7800 == 0 else { return .refuse(.notImplemented) }
        guard number(bytes, 4) == 1, number(bytes, 6) == 0 else { return .refuse(.formatError) }
        guard let read = readName(bytes, headerSize, into: name, compressed: false), read.end + 4 <= bytes.count else {
            return .refuse(.formatError)
        }
        var query = Query(
            id: number(bytes, 0), flags: flags, nameCount: read.count, isPlain: read.isPlain,
            type: number(bytes, read.end), classCode: number(bytes, read.end + 2), questionEnd: read.end + 4,
            payloadSize: 0, ednsVersion: 0, wantsDNSSEC: false)
        var index = query.questionEnd
        let records = Int(number(bytes, 8)) + Int(number(bytes, 10))
        guard records <= 16 else { return .refuse(.formatError) }
        for _ in 0..<records {
            guard let record = readRecord(bytes, index) else { return .refuse(.formatError) }
            if record.type == typeOPT {
                guard query.payloadSize == 0, bytes[index] == 0 else { return .refuse(.formatError) }
                query.payloadSize = max(512, Int(record.classCode))
                query.ednsVersion = UInt8(truncatingIfNeeded: record.timeToLive >> 16)
                query.wantsDNSSEC = record.timeToLive & 0x8000 != 0
            }
            index = record.end
        }
        return .query(query)
    }

    /// One resource record.
    struct Record {
        var nameStart: Int
        var type: UInt16
        var classCode: UInt16
        var timeToLive: UInt32
        var timeToLiveStart: Int
        var dataStart: Int
        var end: Int
    }

    static func readRecord(_ bytes: Span<UInt8>, _ start: Int) -> Record? {
        guard let after = skipName(bytes, start), after + 10 <= bytes.count else { return nil }
        let length = Int(number(bytes, after + 8))
        guard after + 10 + length <= bytes.count else { return nil }
        return Record(
            nameStart: start, type: number(bytes, after), classCode: number(bytes, after + 2),
            timeToLive: longNumber(bytes, after + 4), timeToLiveStart: after + 4, dataStart: after + 10,
            end: after + 10 + length)
    }

    private static func skipName(_ bytes: Span<UInt8>, _ start: Int) -> Int? {
        var index = start
        while index < bytes.count {
            let length = Int(bytes[index])
            if length == 0 { return index + 1 }
            if length & 0xc0 == 0xc0 { return index + 2 <= bytes.count ? index + 2 : nil }
            guard length < 64 else { return nil }
            index += length + 1
        }
        return nil
    }

    /// Whether `response` answers `query`: same question, case folded.
    static func answers(_ response: Span<UInt8>, _ query: Span<UInt8>) -> Bool {
        guard response.count >= headerSize, query.count >= headerSize, number(response, 0) == number(query, 0),
            number(response, 2) & 0x8000 != 0, number(response, 4) == 1, let end = skipName(query, headerSize)
        else { return false }
        guard end + 4 <= query.count, end + 4 <= response.count else { return false }
        for index in headerSize..<end + 4 {
            var left = query[index]
            var right = response[index]
            if left &- 0x41 < 26 { left |= 0x20 }
            if right &- 0x41 < 26 { right |= 0x20 }
            if left != right { return false }
        }
        return true
    }
}
