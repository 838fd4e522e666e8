/// A block of addresses: an address and how many of its leading bits count.
public struct AddressRange: BitwiseCopyable, Hashable, Sendable, CustomStringConvertible {
    /// The first address of the block: bits past the prefix are zero.
    public let address: IPAddress
    /// Leading bits that must agree, 0 to 32 or 128.
    public let prefixLength: Int

    /// The block of `prefixLength` bits around `address`; a longer prefix than
    /// the family has is cut to one address.
    public init(_ address: IPAddress, prefixLength: Int) {
        let length = Swift.min(Swift.max(prefixLength, 0), address.width)
        self.prefixLength = length
        self.address = AddressRange.masked(address, length)
    }

    /// Whether `candidate` lies in the block. Families never mix.
    public func contains(_ candidate: IPAddress) -> Bool {
        guard candidate.isIPv4 == address.isIPv4 else { return false }
        return AddressRange.masked(candidate, prefixLength) == address
    }

    public var description: String { "\(address)/\(prefixLength)" }

    private static func masked(_ address: IPAddress, _ length: Int) -> IPAddress {
        if address.isIPv4 {
            let mask: UInt32 = length == 0 ? 0 : .max << UInt32(32 - length)
            return IPAddress(v4: UInt32(truncatingIfNeeded: address.low) & mask)
        }
        let high: UInt64 = length == 0 ? 0 : length >= 64 ? .max : .max << UInt64(64 - length)
        let low: UInt64 = length <= 64 ? 0 : length >= 128 ? .max : .max << UInt64(128 - length)
        return IPAddress(v6: address.high & high, address.low & low)
    }
}
