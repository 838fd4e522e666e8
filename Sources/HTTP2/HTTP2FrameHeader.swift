/// The nine bytes that every frame begins with (RFC 9113, 4.1).
public struct HTTP2FrameHeader: BitwiseCopyable, Sendable, Equatable {
    /// Bytes of a frame header.
    public static let size = 9

    /// Frame types of RFC 9113, section 6. Others are read over.
    public enum Kind {
        public static let data: UInt8 = 0x0
        public static let headers: UInt8 = 0x1
        public static let priority: UInt8 = 0x2
        public static let resetStream: UInt8 = 0x3
        public static let settings: UInt8 = 0x4
        public static let pushPromise: UInt8 = 0x5
        public static let ping: UInt8 = 0x6
        public static let goAway: UInt8 = 0x7
        public static let windowUpdate: UInt8 = 0x8
        public static let continuation: UInt8 = 0x9
    }

    public struct Flags: OptionSet, BitwiseCopyable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        public static let endStream = Flags(rawValue: 0x1)
        /// The same bit, in SETTINGS and PING.
        public static let acknowledge = Flags(rawValue: 0x1)
        public static let endHeaders = Flags(rawValue: 0x4)
        public static let padded = Flags(rawValue: 0x8)
        public static let priority = Flags(rawValue: 0x20)
    }

    /// Bytes of payload: 24 bits.
    public var length: Int
    public var kind: UInt8
    public var flags: Flags
    /// 0 is the connection; the reserved bit is dropped.
    public var stream: UInt32

    public init(length: Int, kind: UInt8, flags: Flags = [], stream: UInt32) {
        self.length = length
        self.kind = kind
        self.flags = flags
        self.stream = stream
    }

    /// Reads a header at `offset`; nil when fewer than nine bytes are there.
    public init?(_ bytes: Span<UInt8>, at offset: Int = 0) {
        guard bytes.count &- offset >= Self.size else { return nil }
        length = Int(bytes[offset]) << 16 | Int(bytes[offset &+ 1]) << 8 | Int(bytes[offset &+ 2])
        kind = bytes[offset &+ 3]
        flags = Flags(rawValue: bytes[offset &+ 4])
        stream = bytes.number32(at: offset &+ 5) & 0x7fff_ffff
    }

    /// Appends the nine bytes.
    public func write(to output: inout [UInt8]) {
        let bytes: InlineArray<9, UInt8> = [
            UInt8(truncatingIfNeeded: length >> 16), UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length),
            kind, flags.rawValue,
            UInt8(truncatingIfNeeded: stream >> 24), UInt8(truncatingIfNeeded: stream >> 16),
            UInt8(truncatingIfNeeded: stream >> 8), UInt8(truncatingIfNeeded: stream),
        ]
        output.append(bytes.span)
    }
}

extension Span where Element == UInt8 {
    /// A big-endian number of four bytes.
    func number32(at offset: Int) -> UInt32 {
        UInt32(self[offset]) << 24 | UInt32(self[offset &+ 1]) << 16 | UInt32(self[offset &+ 2]) << 8
            | UInt32(self[offset &+ 3])
    }
}

extension [UInt8] {
    mutating func append(number: UInt32) {
        append(UInt8(truncatingIfNeeded: number >> 24))
        append(UInt8(truncatingIfNeeded: number >> 16))
        append(UInt8(truncatingIfNeeded: number >> 8))
        append(UInt8(truncatingIfNeeded: number))
    }

    mutating func append(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { append(contentsOf: $0) }
    }
}
