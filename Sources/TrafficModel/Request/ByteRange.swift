/// A stretch of a request's head.
public struct ByteRange: BitwiseCopyable, Hashable, Sendable {
    /// Where it starts.
    public var offset: UInt32
    /// How many bytes it has.
    public var length: UInt32

    /// A stretch by its start and length.
    @inlinable
    public init(offset: UInt32, length: UInt32) {
        self.offset = offset
        self.length = length
    }

    /// The empty stretch.
    @inlinable
    public init() {
        offset = 0
        length = 0
    }

    /// One past the last byte.
    @inlinable public var end: UInt32 { offset &+ length }
    /// Whether it has no byte.
    @inlinable public var isEmpty: Bool { length == 0 }
}

/// One header line of a request's head. Names are compared without case.
public struct HeaderField: BitwiseCopyable, Hashable, Sendable {
    /// Where the name stands.
    public var name: ByteRange
    /// Where the value stands, without the white space around it.
    public var value: ByteRange

    /// A header by where its name and value stand.
    @inlinable
    public init(name: ByteRange, value: ByteRange) {
        self.name = name
        self.value = value
    }
}
