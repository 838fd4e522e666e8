/// Writes header blocks of one direction of a connection (RFC 7541).
public struct HPACKEncoder {
    private var table: HPACKDynamicTable
    /// Sizes to be told at the start of the next block (RFC 7541, 4.2).
    private var lowestLimit: Int?
    private var hasNewLimit = false
    /// Whether strings are Huffman coded where that is shorter: fewer bytes
    /// for more work.
    public let usesHuffman: Bool

    public init(tableSize: Int = 4096, usesHuffman: Bool) {
        table = HPACKDynamicTable(capacity: tableSize)
        self.usesHuffman = usesHuffman
    }

    public var tableSize: Int { table.size }

    /// Takes the peer's SETTINGS_HEADER_TABLE_SIZE; more than our own
    /// capacity isn't used.
    public mutating func setPeerLimit(_ limit: Int) {
        let used = min(limit, table.capacity)
        guard used != table.limit else { return }
        table.setLimit(used)
        lowestLimit = min(lowestLimit ?? used, used)
        hasNewLimit = true
    }

    /// To be called before the first field of a block.
    public mutating func beginBlock(_ output: inout [UInt8]) {
        guard hasNewLimit else { return }
        if let lowest = lowestLimit, lowest < table.limit {
            HPACKInteger.encode(lowest, prefix: 5, flags: 0x20, to: &output)
        }
        HPACKInteger.encode(table.limit, prefix: 5, flags: 0x20, to: &output)
        lowestLimit = nil
        hasNewLimit = false
    }

    /// Appends one field. The name is written in lower case (RFC 9113, 8.2).
    public mutating func encode(_ name: Span<UInt8>, _ value: Span<UInt8>, to output: inout [UInt8]) {
        let nameHash = FieldHash.name(name)
        let known = HPACKStaticTable.standard.find(name, nameHash, value)
        if known.isComplete { return HPACKInteger.encode(known.index, prefix: 7, flags: 0x80, to: &output) }
        let indexing = Indexing.of(known.index, name, value)
        var index = known.index
        if indexing == .indexed || index == 0 {
            let hash = FieldHash.field(nameHash, value)
            for place in 0..<table.count {
                let entry = table.entry(place)
                guard entry.nameHash == nameHash, isName(entry, name) else { continue }
                if entry.hash == hash, isValue(entry, value) {
                    return HPACKInteger.encode(
                        place &+ HPACKStaticTable.count &+ 1, prefix: 7, flags: 0x80, to: &output)
                }
                if index == 0 { index = place &+ HPACKStaticTable.count &+ 1 }
            }
            if indexing == .indexed {
                HPACKInteger.encode(index, prefix: 6, flags: 0x40, to: &output)
                if index == 0 { string(name, lowercased: true, to: &output) }
                string(value, lowercased: false, to: &output)
                return table.insert(name, value, lowercasesName: true, nameHash: nameHash, hash: hash)
            }
        }
        HPACKInteger.encode(index, prefix: 4, flags: indexing == .never ? 0x10 : 0, to: &output)
        if index == 0 { string(name, lowercased: true, to: &output) }
        string(value, lowercased: false, to: &output)
    }

    private func string(_ bytes: Span<UInt8>, lowercased: Bool, to output: inout [UInt8]) {
        if usesHuffman {
            let count = HuffmanCode.standard.encodedCount(bytes, lowercased: lowercased)
            if count < bytes.count {
                HPACKInteger.encode(count, prefix: 7, flags: 0x80, to: &output)
                return HuffmanCode.standard.encode(bytes, lowercased: lowercased, to: &output)
            }
        }
        HPACKInteger.encode(bytes.count, prefix: 7, flags: 0, to: &output)
        guard lowercased else { return output.append(bytes) }
        for index in bytes.indices { output.append(bytes[index].lowercased) }
    }

    private func isName(_ entry: HPACKDynamicTable.Entry, _ name: Span<UInt8>) -> Bool {
        guard Int(entry.nameCount) == name.count else { return false }
        let start = table.name(entry).lowerBound
        for offset in 0..<name.count where table.bytes[start &+ offset] != name[offset].lowercased { return false }
        return true
    }

    private func isValue(_ entry: HPACKDynamicTable.Entry, _ value: Span<UInt8>) -> Bool {
        guard Int(entry.valueCount) == value.count else { return false }
        let start = table.value(entry).lowerBound
        for offset in 0..<value.count where table.bytes[start &+ offset] != value[offset] { return false }
        return true
    }
}

/// Which fields go into the dynamic table.
enum Indexing {
    case indexed
    /// Changes with every message: would only push others out.
    case literal
    /// A secret: must not be guessed by what it compresses to.
    case never

    static func of(_ staticIndex: Int, _ name: Span<UInt8>, _ value: Span<UInt8>) -> Indexing {
        switch staticIndex {
        case 23, 49: return .never  // authorization, proxy-authorization
        case 32 where value.count < 20: return .never  // a short cookie
        case 4, 21, 28, 30, 34, 40, 41, 44, 46, 55: return .literal
        case 0: break
        default: return value.count > 256 ? .literal : .indexed
        }
        if value.count > 256 { return .literal }
        switch name.count {
        case 11: return name[0] == 0x74 ? .literal : .indexed  // traceparent
        case 12: return name[0] == 0x78 ? .literal : .indexed  // x-request-id
        case 29: return name[0] == 0x78 ? .literal : .indexed  // x-envoy-upstream-service-time
        default: return .indexed
        }
    }
}
