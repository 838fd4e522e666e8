/// An IPv4 or IPv6 address as plain bits, without text.
public struct IPAddress: BitwiseCopyable, Hashable, Sendable {
    /// The first 64 bits of an IPv6 address, 0 for IPv4.
    public let high: UInt64
    /// The last 64 bits of an IPv6 address, or the 32 bits of an IPv4 one.
    public let low: UInt64
    /// Whether it is an IPv4 address. An IPv4-mapped IPv6 address becomes one.
    public let isIPv4: Bool

    /// An IPv4 address from its bits in host order: 127.0.0.1 is `0x7F000001`.
    public init(v4 bits: UInt32) {
        self.init(high: 0, low: UInt64(bits), isIPv4: true)
    }

    private init(high: UInt64, low: UInt64, isIPv4: Bool) {
        self.high = high
        self.low = low
        self.isIPv4 = isIPv4
    }

    /// An IPv6 address from its two halves in host order; `::ffff:a.b.c.d` is
    /// taken as the IPv4 address it stands for.
    public init(v6 high: UInt64, _ low: UInt64) {
        if high == 0, low >> 32 == 0xFFFF {
            self.init(v4: UInt32(truncatingIfNeeded: low))
        } else {
            self.init(high: high, low: low, isIPv4: false)
        }
    }

    /// Number of bits an address of this family has.
    public var width: Int { isIPv4 ? 32 : 128 }

    /// Whether it is in 127.0.0.0/8 or is `::1`.
    public var isLoopback: Bool {
        isIPv4 ? low >> 24 == 127 : high == 0 && low == 1
    }

    /// Whether it is `0.0.0.0` or `::`.
    public var isUnspecified: Bool { high == 0 && low == 0 }
}

extension IPAddress: CustomStringConvertible {
    public var description: String {
        ByteWriter.string(capacity: 64) { $0.append(address: self) }
    }
}
