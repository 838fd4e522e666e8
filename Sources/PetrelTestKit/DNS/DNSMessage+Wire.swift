extension DNSMessage {
    /// Reads a message.
    ///
    /// - Throws: ``TestKitError`` with code `malformed` when a length, a
    ///   name or a pointer is not right.
    public init(decoding bytes: [UInt8]) throws {
        var decoder = DNSDecoder(bytes: bytes)
        identifier = try decoder.uint16()
        let flags = try decoder.uint16()
        isResponse = flags & 0x8000 != 0
        opcode = UInt8(flags >> 11 & 0xf)
        isAuthoritative = flags & 0x0400 != 0
        isTruncated = flags & 0x0200 != 0
        wantsRecursion = flags & 0x0100 != 0
        offersRecursion = flags & 0x0080 != 0
        responseCode = DNSResponseCode(rawValue: UInt8(flags & 0xf))
        let counts = try (0..<4).map { _ in Int(try decoder.uint16()) }
        for _ in 0..<counts[0] {
            questions.append(
                DNSQuestion(
                    name: try decoder.name(),
                    type: DNSRecordType(rawValue: try decoder.uint16()),
                    class: try decoder.uint16()))
        }
        for _ in 0..<counts[1] { answers.append(try decoder.record()) }
        for _ in 0..<counts[2] { authorities.append(try decoder.record()) }
        for _ in 0..<counts[3] { additional.append(try decoder.record()) }
    }

    /// The message as it goes on the wire, names compressed.
    public func encoded() -> [UInt8] {
        var encoder = DNSEncoder()
        encoder.append(identifier)
        var flags = UInt16(opcode & 0xf) << 11
        if isResponse { flags |= 0x8000 }
        if isAuthoritative { flags |= 0x0400 }
        if isTruncated { flags |= 0x0200 }
        if wantsRecursion { flags |= 0x0100 }
        if offersRecursion { flags |= 0x0080 }
        encoder.append(flags | UInt16(responseCode.rawValue & 0xf))
        for count in [questions.count, answers.count, authorities.count,
            additional.count]
        {
            encoder.append(UInt16(truncatingIfNeeded: count))
        }
        for question in questions {
            encoder.appendName(question.name)
            encoder.append(question.type.rawValue)
            encoder.append(question.class)
        }
        for record in answers + authorities + additional {
            encoder.append(record)
        }
        return encoder.bytes
    }
}

/// Reads the parts of a DNS message.
struct DNSDecoder {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private func fail(_ what: String) -> TestKitError {
        TestKitError(.malformed, "DNS message: \(what) at \(position)")
    }

    mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard bytes.count - position >= count else { throw fail("cut short") }
        defer { position += count }
        return bytes[position..<(position + count)]
    }

    mutating func uint16() throws -> UInt16 {
        try take(2).reduce(0) { $0 << 8 | UInt16($1) }
    }

    mutating func uint32() throws -> UInt32 {
        try take(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// A name; pointers must point backwards, so that every name ends.
    mutating func name() throws -> String {
        var labels: [String] = []
        var end: Int?
        var limit = position
        while true {
            let length = Int(try take(1)[position - 1])
            switch length {
            case 0:
                if let end { position = end }
                return labels.joined(separator: ".")
            case 1...63:
                labels.append(String(decoding: try take(length), as: UTF8.self))
                guard labels.count <= 127 else { throw fail("long name") }
            case 0xc0...0xff:
                let low = Int(try take(1)[position - 1])
                let target = (length & 0x3f) << 8 | low
                guard target < limit else { throw fail("forward pointer") }
                end = end ?? position
                limit = target
                position = target
            default:
                throw fail("label type")
            }
        }
    }

    mutating func record() throws -> DNSRecord {
        let owner = try name()
        let type = DNSRecordType(rawValue: try uint16())
        let recordClass = try uint16()
        let ttl = try uint32()
        let end = position + Int(try uint16()) + 2
        guard end <= bytes.count else { throw fail("record cut short") }
        let data = try data(of: type, end: end)
        guard position == end else { throw fail("record length") }
        return DNSRecord(
            name: owner, type: type, class: recordClass, ttl: ttl, data: data)
    }

    private mutating func data(
        of type: DNSRecordType, end: Int
    ) throws -> DNSRecord.Data {
        switch type {
        case .a, .aaaa:
            return .address(Array(try take(end - position)))
        case .cname, .ns, .ptr:
            return .name(try name())
        case .txt:
            var strings: [String] = []
            while position < end {
                let length = Int(try take(1)[position - 1])
                strings.append(
                    String(decoding: try take(length), as: UTF8.self))
            }
            return .text(strings)
        case .srv:
            return .service(
                priority: try uint16(), weight: try uint16(),
                port: try uint16(), target: try name())
        default:
            return .other(Array(try take(end - position)))
        }
    }
}

/// Writes the parts of a DNS message.
struct DNSEncoder {
    var bytes: [UInt8] = []
    private var names: [String: Int] = [:]

    mutating func append(_ value: UInt16) {
        bytes += [UInt8(value >> 8), UInt8(value & 0xff)]
    }

    mutating func append(_ value: UInt32) {
        append(UInt16(value >> 16))
        append(UInt16(value & 0xffff))
    }

    /// A name, its tail replaced by a pointer if it stood before. Case
    /// counts, so that a question's case survives.
    mutating func appendName(_ name: String) {
        var labels = name.split(separator: ".")[...]
        while !labels.isEmpty {
            let rest = labels.joined(separator: ".")
            if let offset = names[rest] {
                append(UInt16(0xc000 | offset))
                return
            }
            if bytes.count < 0x4000 { names[rest] = bytes.count }
            let label = Array(labels.removeFirst().utf8.prefix(63))
            bytes.append(UInt8(label.count))
            bytes += label
        }
        bytes.append(0)
    }

    mutating func append(_ record: DNSRecord) {
        appendName(record.name)
        append(record.type.rawValue)
        append(record.class)
        append(record.ttl)
        let start = bytes.count
        append(UInt16(0))
        switch record.data {
        case .address(let address): bytes += address
        case .name(let name): appendName(name)
        case .text(let strings):
            for string in strings {
                let text = Array(string.utf8.prefix(255))
                bytes.append(UInt8(text.count))
                bytes += text
            }
        case .service(let priority, let weight, let port, let target):
            append(priority)
            append(weight)
            append(port)
            appendName(target)
        case .other(let other): bytes += other
        }
        let length = bytes.count - start - 2
        bytes[start] = UInt8(length >> 8 & 0xff)
        bytes[start + 1] = UInt8(length & 0xff)
    }
}
