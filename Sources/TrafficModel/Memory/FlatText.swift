/// UTF-8 text inside the memory of a compiled resource.
public struct FlatText: BitwiseCopyable, Sendable {
    /// The bytes of the text.
    public let bytes: FlatArray<UInt8>

    /// The empty text.
    @inlinable
    public init() {
        bytes = FlatArray()
    }

    init(bytes: FlatArray<UInt8>) {
        self.bytes = bytes
    }

    /// Whether there is no byte.
    @inlinable public var isEmpty: Bool { bytes.isEmpty }

    /// Number of bytes.
    @inlinable public var count: Int { bytes.count }

    /// The bytes as a buffer.
    @inlinable public var buffer: UnsafeBufferPointer<UInt8> { bytes.buffer }

    /// A `String` of it: allocates, so it is for people and logs only.
    public var string: String { String(decoding: bytes.buffer, as: UTF8.self) }
}

extension FlatText: Equatable {
    /// Byte for byte equality.
    public static func == (left: FlatText, right: FlatText) -> Bool {
        ByteComparison.equal(left.buffer, right.buffer)
    }
}

extension FlatText: CustomStringConvertible {
    public var description: String { string }
}
