/// A fast 64-bit hash of bytes, the same in every process, from which versions
/// of resources are made. Not for untrusted input: it resists accidents only.
struct ContentHash {
    private var state: UInt64 = 0x9e37_79b9_7f4a_7c15

    mutating func combine(_ bytes: some Sequence<UInt8>) {
        var word: UInt64 = 0
        var filled: UInt64 = 0
        var count: UInt64 = 0
        for byte in bytes {
            word |= UInt64(byte) << (8 * filled)
            filled += 1
            count &+= 1
            if filled == 8 {
                mix(word)
                word = 0
                filled = 0
            }
        }
        mix(word)
        mix(count)
    }

    mutating func mix(_ word: UInt64) {
        state = (state ^ word) &* 0xff51_afd7_ed55_8ccd
        state ^= state >> 32
    }

    /// The hash so far.
    var value: UInt64 {
        var result = state
        result = (result ^ (result >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        return result ^ (result >> 33)
    }

    /// Sixteen hexadecimal digits.
    static func text(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
