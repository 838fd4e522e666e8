/// Reads header blocks of one direction of a connection (RFC 7541).
public struct HPACKDecoder {
    private var table: HPACKDynamicTable

    /// - Parameter tableSize: What SETTINGS_HEADER_TABLE_SIZE announced.
    public init(tableSize: Int = 4096) {
        table = HPACKDynamicTable(capacity: tableSize)
    }

    /// Bytes in the dynamic table, as the RFC counts them.
    public var tableSize: Int { table.size }
    public var tableCount: Int { table.count }

    /// Decodes one complete header block. False when the block is broken:
    /// the connection then ends with COMPRESSION_ERROR. A list that is too
    /// large is decoded to its end, so that the table stays right, and says
    /// `overflowed`.
    public mutating func decode(_ block: Span<UInt8>, into list: inout FieldList) -> Bool {
        list.removeAll()
        var index = 0
        var mayResize = true
        while index < block.count {
            let first = block[index]
            if first & 0x80 != 0 {
                guard let place = HPACKInteger.decode(block, &index, prefix: 7), place > 0 else { return false }
                // Once the list is too large its fields don't matter: nothing
                // is copied that a single byte can ask for again and again.
                if list.overflowed {
                    guard place <= HPACKStaticTable.count + table.count else { return false }
                } else {
                    guard copy(place, into: &list, withValue: true) else { return false }
                    list.finishField(isSensitive: false)
                }
            } else if first & 0xe0 == 0x20 {
                guard mayResize, let limit = HPACKInteger.decode(block, &index, prefix: 5), limit <= table.capacity
                else { return false }
                table.setLimit(limit)
                continue
            } else {
                let isIndexed = first & 0x40 != 0
                guard let place = HPACKInteger.decode(block, &index, prefix: isIndexed ? 6 : 4) else { return false }
                if place == 0 {
                    guard string(block, &index, into: &list) else { return false }
                } else {
                    guard copy(place, into: &list, withValue: false) else { return false }
                }
                list.finishName()
                guard string(block, &index, into: &list) else { return false }
                let field = list.finishField(isSensitive: first & 0x10 != 0 && !isIndexed)
                if isIndexed {
                    let bytes = list.storage.span
                    table.insert(bytes.extracting(field.name), bytes.extracting(field.value))
                }
            }
            mayResize = false
        }
        return true
    }

    /// Copies an entry of either table to the list.
    private func copy(_ place: Int, into list: inout FieldList, withValue: Bool) -> Bool {
        if place <= HPACKStaticTable.count {
            let known = HPACKStaticTable.standard
            let entry = known.entries[place &- 1]
            let bytes = known.bytes.span
            guard list.append(bytes.extracting(entry.name)) else { return false }
            guard withValue else { return true }
            list.finishName()
            return list.append(bytes.extracting(entry.value))
        }
        let index = place &- HPACKStaticTable.count &- 1
        guard index < table.count else { return false }
        let entry = table.entry(index)
        let bytes = table.bytes.span
        guard list.append(bytes.extracting(table.name(entry))) else { return false }
        guard withValue else { return true }
        list.finishName()
        return list.append(bytes.extracting(table.value(entry)))
    }

    private func string(_ block: Span<UInt8>, _ index: inout Int, into list: inout FieldList) -> Bool {
        guard index < block.count else { return false }
        let isHuffman = block[index] & 0x80 != 0
        guard let count = HPACKInteger.decode(block, &index, prefix: 7), count <= block.count &- index else {
            return false
        }
        let range = index..<(index &+ count)
        index &+= count
        return isHuffman ? list.appendHuffman(block, range) : list.append(block.extracting(range))
    }
}
