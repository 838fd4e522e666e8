/// A fast 64-bit hash of bytes, the same in every process, from which versions
/// of resources are made. Not for untrusted input: it resists accidents only.
struct ContentHash {
    private var state: UInt64 = 0x9e37_79b9_7f4a_7c15

    /// Takes in bytes, and how many they were.
    mutating func combine(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { raw in
            var index = 0
            while index + 8 <= raw.count {
                mix(UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)))
                index += 8
            }
            var rest: UInt64 = 0
            for offset in index..<raw.count {
                rest |= UInt64(raw[offset]) << UInt64(8 * (offset - index))
            }
            mix(rest)
        }
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

    /// At most thirteen letters and digits, which a string holds without storage
    /// of its own: there are as many versions as resources.
    static func text(_ value: UInt64) -> String {
        String(value, radix: 36)
    }
}
