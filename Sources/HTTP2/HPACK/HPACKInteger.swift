/// Integers with a prefix (RFC 7541, 5.1).
enum HPACKInteger {
    /// Far more than any length or index that is accepted.
    static let greatest = 1 << 28

    /// Reads an integer whose first byte is at `index`, which moves behind
    /// it; nil when it is cut off or too large.
    static func decode(_ bytes: Span<UInt8>, _ index: inout Int, prefix: UInt8) -> Int? {
        guard index < bytes.count else { return nil }
        let mask = UInt8(truncatingIfNeeded: (1 << UInt16(prefix)) &- 1)
        var value = Int(bytes[index] & mask)
        index &+= 1
        if value < Int(mask) { return value }
        var shift = 0
        while index < bytes.count {
            let byte = bytes[index]
            index &+= 1
            value &+= Int(byte & 0x7f) << shift
            guard value <= greatest else { return nil }
            if byte & 0x80 == 0 { return value }
            shift &+= 7
            // A number of zeros only wastes time.
            guard shift <= 28 else { return nil }
        }
        return nil
    }

    static func encode(_ value: Int, prefix: UInt8, flags: UInt8, to output: inout [UInt8]) {
        let mask = (1 << Int(prefix)) &- 1
        guard value >= mask else { return output.append(flags | UInt8(value)) }
        output.append(flags | UInt8(mask))
        var rest = value &- mask
        while rest >= 0x80 {
            output.append(UInt8(truncatingIfNeeded: rest & 0x7f) | 0x80)
            rest >>= 7
        }
        output.append(UInt8(rest))
    }
}
