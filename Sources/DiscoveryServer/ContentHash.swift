/// A fast 64-bit hash of bytes, the same in every process, from which versions
/// of resources are made. Not for untrusted input: it resists accidents only.
struct ContentHash {
    private var state: UInt64 = 0x9e37_79b9_7f4a_7c15

    /// Takes in bytes, and how many they were.
    mutating func combine(_ bytes: [UInt8]) {
        var index = 0
        while index + 8 <= bytes.count {
            var word: UInt64 = 0
            for offset in 0..<8 {
                word |= UInt64(bytes[index + offset]) << UInt64(8 * offset)
            }
            mix(word)
            index += 8
        }
        var rest: UInt64 = 0
        for offset in index..<bytes.count {
            rest |= UInt64(bytes[offset]) << UInt64(8 * (offset - index))
        }
        mix(rest)
        mix(UInt64(bytes.count))
    }

    private mutating func mix(_ word: UInt64) {
        state = (state ^ word) &* 0xff51_afd7_ed55_8ccd
        state ^= state >> 32
    }

    /// The hash so far.
    var value: UInt64 {
        let result = (state ^ (state >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        return result ^ (result >> 33)
    }

    /// Sixteen hexadecimal digits.
    static func text(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
