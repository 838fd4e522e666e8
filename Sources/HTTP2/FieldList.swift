/// A decoded header block: bytes, and where each name and value lies. Made
/// once and used again for every block.
public struct FieldList {
    public struct Field: BitwiseCopyable, Sendable {
        public internal(set) var nameStart: Int32 = 0
        public internal(set) var nameCount: Int32 = 0
        public internal(set) var valueCount: Int32 = 0
        /// Was sent as never to be indexed (RFC 7541, 7.1.3).
        public internal(set) var isSensitive = false

        public var name: Range<Int> { Int(nameStart)..<Int(nameStart &+ nameCount) }
        public var value: Range<Int> { Int(nameStart &+ nameCount)..<Int(nameStart &+ nameCount &+ valueCount) }
    }

    /// Greatest number of fields; one more and the list is overflowed.
    public let mostFields: Int
    /// Greatest size as RFC 9113, 6.5.2 counts it: 32 for each field.
    public let mostBytes: Int
    /// Names and values; what `fields` doesn't point to has no meaning.
    public private(set) var storage: [UInt8]
    public private(set) var fields: [Field] = []
    /// The block held more than the limits allow: `fields` is empty.
    public private(set) var overflowed = false
    public private(set) var size = 0

    private var count = 0
    private var current = Field()

    public init(mostFields: Int = 100, mostBytes: Int = 60 * 1024) {
        self.mostFields = mostFields
        self.mostBytes = mostBytes
        // Twice: a list at its limit, and one more field for the table.
        storage = [UInt8](repeating: 0, count: mostBytes * 2)
        fields.reserveCapacity(mostFields)
    }

    mutating func removeAll() {
        fields.removeAll(keepingCapacity: true)
        overflowed = false
        size = 0
        count = 0
        current = Field()
    }

    mutating func append(_ bytes: Span<UInt8>) -> Bool {
        guard storage.count &- count >= bytes.count else { return false }
        guard !bytes.isEmpty else { return true }
        let start = count
        storage.withUnsafeMutableBytes { target in
            bytes.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: target[start..<start + $0.count]).copyMemory(from: $0)
            }
        }
        count &+= bytes.count
        return true
    }

    mutating func appendHuffman(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        HuffmanCode.standard.decode(bytes, range, into: &storage, &count)
    }

    mutating func finishName() { current.nameCount = Int32(count) &- current.nameStart }

    /// Ends the field; where it lies is right until the next one begins.
    @discardableResult
    mutating func finishField(isSensitive: Bool) -> Field {
        current.valueCount = Int32(count) &- current.nameStart &- current.nameCount
        current.isSensitive = isSensitive
        let field = current
        size &+= count &- Int(field.nameStart) &+ HPACKDynamicTable.overhead
        if size > mostBytes || fields.count == mostFields {
            overflowed = true
            fields.removeAll(keepingCapacity: true)
        }
        if overflowed { count = 0 } else { fields.append(field) }
        current = Field()
        current.nameStart = Int32(count)
        return field
    }

    /// Whether a run of the storage is this text.
    func equals(_ range: Range<Int>, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        for offset in 0..<range.count where storage[range.lowerBound &+ offset] != text.utf8Start[offset] {
            return false
        }
        return true
    }
}
