internal import TrafficModel

/// The parsed head of one message: offsets into the bytes it was parsed
/// from. One of each lives in a worker and is used again for every head; its
/// fields are in the form that matching takes, so nothing is converted.
struct HTTP1Head: BitwiseCopyable {
    /// Envoy's default limit of header fields.
    static let mostFields = 100
    /// Envoy's default limit of bytes, line ends included.
    static let mostBytes = 60 * 1024

    // Request line.
    var methodStart = 0
    var methodCount = 0
    var targetStart = 0
    var targetCount = 0
    // Status line.
    var status = 0
    var reasonStart = 0
    var reasonCount = 0
    /// The minor version: 1 for HTTP/1.1, 0 for HTTP/1.0.
    var minorVersion = 1
    /// Bytes of the whole head, the empty line included.
    var count = 0
    var fieldCount = 0
    private let fields: UnsafeMutablePointer<HeaderField>
    private var known = InlineArray<100, KnownHeader>(repeating: .other)

    /// Memory for the fields is taken once and lives as long as the worker.
    init() {
        fields = .allocate(capacity: Self.mostFields)
        fields.initialize(repeating: HeaderField(name: ByteRange(), value: ByteRange()), count: Self.mostFields)
    }

    func destroy() { fields.deallocate() }

    var method: Range<Int> { methodStart..<methodStart + methodCount }
    var target: Range<Int> { targetStart..<targetStart + targetCount }

    /// The fields, in the order received.
    var view: UnsafeBufferPointer<HeaderField> { UnsafeBufferPointer(start: fields, count: fieldCount) }

    @inline(__always)
    func kind(_ index: Int) -> KnownHeader { known[index] }

    @inline(__always)
    func name(_ index: Int) -> Range<Int> {
        precondition(index < fieldCount)
        let range = fields[index].name
        return Int(range.offset)..<Int(range.end)
    }

    @inline(__always)
    func value(_ index: Int) -> Range<Int> {
        precondition(index < fieldCount)
        let range = fields[index].value
        return Int(range.offset)..<Int(range.end)
    }

    /// Makes a field as good as never sent.
    mutating func drop(_ index: Int) {
        precondition(index < fieldCount)
        fields[index].name.length = 0
        known[index] = .other
    }

    /// Adds a field; false when there are too many.
    @inline(__always)
    mutating func append(name: Range<Int>, value: Range<Int>, known kind: KnownHeader) -> Bool {
        guard fieldCount < Self.mostFields else { return false }
        fields[fieldCount] = HeaderField(
            name: ByteRange(
                offset: UInt32(truncatingIfNeeded: name.lowerBound), length: UInt32(truncatingIfNeeded: name.count)),
            value: ByteRange(
                offset: UInt32(truncatingIfNeeded: value.lowerBound), length: UInt32(truncatingIfNeeded: value.count)))
        known[fieldCount] = kind
        fieldCount &+= 1
        return true
    }
}
