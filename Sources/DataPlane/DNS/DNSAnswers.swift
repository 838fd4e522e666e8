internal import CPetrelSystem
internal import TrafficModel

/// Addresses out of a resolver's response.
struct DNSAnswers {
    var code: UInt8 = 2
    var isTruncated = false
    var addresses: [petrel_address] = []
    /// The smallest time to live on the way to the addresses, in seconds.
    var timeToLive: UInt32 = 0

    /// Follows CNAMEs from the question to records of `type`.
    init?(_ bytes: Span<UInt8>, type: UInt16) {
        guard bytes.count >= DNSMessage.headerSize, DNSMessage.number(bytes, 4) == 1 else { return nil }
        let flags = DNSMessage.number(bytes, 2)
        code = UInt8(truncatingIfNeeded: flags & 15)
        isTruncated = flags & 0x0200 != 0
        var wanted = [UInt8](repeating: 0, count: 256)
        let question = wanted.withUnsafeMutableBufferPointer { DNSMessage.readName(bytes, DNSMessage.headerSize, into: $0) }
        guard let question, question.end + 4 <= bytes.count else { return nil }
        wanted.removeSubrange(question.count...)
        var records: [DNSMessage.Record] = []
        var index = question.end + 4
        for _ in 0..<Int(DNSMessage.number(bytes, 6)) {
            guard let record = DNSMessage.readRecord(bytes, index) else { return nil }
            records.append(record)
            index = record.end
        }
        var least = UInt32.max
        var hops = 0
        // CNAMEs may come in any order; a chain of eight is long.
        while hops < 8 {
            hops += 1
            let target = records.first { $0.type == DNSMessage.typeCNAME && Self.isOwned($0, by: wanted, bytes) }
            guard let target else { break }
            least = min(least, target.timeToLive)
            var next = [UInt8](repeating: 0, count: 256)
            let name = next.withUnsafeMutableBufferPointer { DNSMessage.readName(bytes, target.dataStart, into: $0) }
            guard let name else { return nil }
            next.removeSubrange(name.count...)
            wanted = next
        }
        for record in records where record.type == type && record.classCode == 1 {
            guard Self.isOwned(record, by: wanted, bytes) else { continue }
            let count = record.end - record.dataStart
            guard count == (type == DNSMessage.typeA ? 4 : 16) else { return nil }
            var address = petrel_address()
            address.family = type == DNSMessage.typeA ? 4 : 6
            withUnsafeMutableBytes(of: &address.octets) { octets in
                for offset in 0..<count { octets[offset] = bytes[record.dataStart + offset] }
            }
            least = min(least, record.timeToLive)
            if addresses.count < 64 { addresses.append(address) }
        }
        timeToLive = addresses.isEmpty ? 0 : least
    }

    private static func isOwned(_ record: DNSMessage.Record, by name: [UInt8], _ bytes: Span<UInt8>) -> Bool {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { text in
            guard let read = DNSMessage.readName(bytes, record.nameStart, into: text), read.count == name.count else {
                return false
            }
            for index in 0..<read.count where text[index] != name[index] { return false }
            return true
        }
    }
}

/// Answers of the mesh's own name table, and refusals.
enum DNSResponse {
    /// Writes the answer to `query`, whose bytes are `question`; addresses
    /// that don't fit in `limit` are left out and the answer is marked so.
    static func write(
        _ writer: inout ByteWriter, _ query: DNSMessage.Query, question: UnsafeRawBufferPointer,
        answer: NameTable.Answer, limit: Int, rotation: Int
    ) {
        let opt = query.payloadSize > 0 ? 11 : 0
        var records = 0
        var truncated = false
        var body = query.questionEnd
        var owner: UInt16 = 0xc00c
        let aliasSize = answer.alias.isEmpty ? 0 : 12 + answer.alias.count + 2
        if aliasSize > 0 {
            if body + aliasSize + opt > limit { truncated = true }
            owner = 0xc000 | UInt16(body + 12)
            body += aliasSize
            records += 1
        }
        let isV4 = query.type == DNSMessage.typeA
        let size = isV4 ? 16 : 28
        var addresses = answer.addresses.count
        if truncated {
            addresses = 0
            records = 0
        } else if body + addresses * size + opt > limit {
            addresses = max(0, (limit - body - opt) / size)
            truncated = true
        }
        header(
            &writer, query, code: .noError, truncated: truncated, authoritative: true, answers: records + addresses)
        writer.bytes(UnsafeRawBufferPointer(rebasing: question[DNSMessage.headerSize..<query.questionEnd]))
        if records > 0 {
            number(&writer, 0xc00c)
            fixed(&writer, DNSMessage.typeCNAME, answer.timeToLive, answer.alias.count + 2)
            name(&writer, answer.alias.buffer)
        }
        for place in 0..<addresses {
            let address = answer.addresses[(place + rotation) % answer.addresses.count]
            number(&writer, owner)
            fixed(&writer, query.type, answer.timeToLive, isV4 ? 4 : 16)
            var raw = petrel_address(address, port: 0)
            withUnsafeBytes(of: &raw.octets) {
                writer.bytes(UnsafeRawBufferPointer(rebasing: $0[0..<(isV4 ? 4 : 16)]))
            }
        }
        if opt > 0 { option(&writer, extendedCode: 0) }
    }

    /// An answer without records: an error.
    static func writeError(
        _ writer: inout ByteWriter, _ code: DNSMessage.Code, id: UInt16, flags: UInt16,
        question: UnsafeRawBufferPointer, questionEnd: Int, edns: Bool, extendedCode: UInt8 = 0
    ) {
        number(&writer, id)
        number(&writer, 0x8080 | flags & 0x7900 | UInt16(code.rawValue))
        number(&writer, questionEnd > 0 ? 1 : 0)
        number(&writer, 0)
        number(&writer, 0)
        number(&writer, edns ? 1 : 0)
        if questionEnd > 0 {
            writer.bytes(UnsafeRawBufferPointer(rebasing: question[DNSMessage.headerSize..<questionEnd]))
        }
        if edns { option(&writer, extendedCode: extendedCode) }
    }

    private static func header(
        _ writer: inout ByteWriter, _ query: DNSMessage.Query, code: DNSMessage.Code, truncated: Bool,
        authoritative: Bool, answers: Int
    ) {
        number(&writer, query.id)
        var flags: UInt16 = 0x8080 | query.flags & 0x0100 | UInt16(code.rawValue)
        if truncated { flags |= 0x0200 }
        if authoritative { flags |= 0x0400 }
        number(&writer, flags)
        number(&writer, 1)
        number(&writer, UInt16(answers))
        number(&writer, 0)
        number(&writer, query.payloadSize > 0 ? 1 : 0)
    }

    private static func option(_ writer: inout ByteWriter, extendedCode: UInt8) {
        writer.byte(0)
        number(&writer, DNSMessage.typeOPT)
        number(&writer, 1232)
        writer.byte(extendedCode)
        writer.byte(0)
        number(&writer, 0)
        number(&writer, 0)
    }

    private static func fixed(_ writer: inout ByteWriter, _ type: UInt16, _ timeToLive: UInt32, _ length: Int) {
        number(&writer, type)
        number(&writer, 1)
        number(&writer, UInt16(truncatingIfNeeded: timeToLive >> 16))
        number(&writer, UInt16(truncatingIfNeeded: timeToLive))
        number(&writer, UInt16(truncatingIfNeeded: length))
    }

    static func number(_ writer: inout ByteWriter, _ value: UInt16) {
        writer.byte(UInt8(value >> 8))
        writer.byte(UInt8(value & 0xff))
    }

    /// Dotted text as labels.
    static func name(_ writer: inout ByteWriter, _ text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        while start < text.count {
            var end = start
            while end < text.count, text[end] != 0x2e { end += 1 }
            writer.byte(UInt8(truncatingIfNeeded: min(63, end - start)))
            writer.bytes(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(text)[start..<min(end, start + 63)]))
            start = end + 1
        }
        writer.byte(0)
    }
}
