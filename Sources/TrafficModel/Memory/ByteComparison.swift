/// Comparing and hashing bytes eight at a time, with ASCII case folding.
public enum ByteComparison {
    /// Whether both hold the same bytes.
    @inlinable
    public static func equal(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        guard let a = left.baseAddress, let b = right.baseAddress else { return left.count == 0 }
        return equal(UnsafeRawPointer(a), UnsafeRawPointer(b), left.count)
    }

    /// Whether both hold the same bytes when ASCII letters are folded.
    @inlinable
    public static func equalIgnoringCase(
        _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard left.count == right.count else { return false }
        guard let a = left.baseAddress, let b = right.baseAddress else { return left.count == 0 }
        let first = UnsafeRawPointer(a)
        let second = UnsafeRawPointer(b)
        var offset = 0
        while offset &+ 8 <= left.count {
            let x = first.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let y = second.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            if x != y, lowercased(x) != lowercased(y) { return false }
            offset &+= 8
        }
        while offset < left.count {
            if lowercased(a[offset]) != lowercased(b[offset]) { return false }
            offset &+= 1
        }
        return true
    }

    @inlinable
    static func equal(_ first: UnsafeRawPointer, _ second: UnsafeRawPointer, _ count: Int) -> Bool {
        var offset = 0
        while offset &+ 8 <= count {
            if first.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                != second.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            {
                return false
            }
            offset &+= 8
        }
        while offset < count {
            if first.load(fromByteOffset: offset, as: UInt8.self)
                != second.load(fromByteOffset: offset, as: UInt8.self)
            {
                return false
            }
            offset &+= 1
        }
        return true
    }

    /// Whether `text` begins with `prefix`.
    @inlinable
    public static func hasPrefix(
        _ text: UnsafeBufferPointer<UInt8>, _ prefix: UnsafeBufferPointer<UInt8>, ignoringCase: Bool = false
    ) -> Bool {
        guard text.count >= prefix.count else { return false }
        let head = UnsafeBufferPointer(rebasing: text[0..<prefix.count])
        return ignoringCase ? equalIgnoringCase(head, prefix) : equal(head, prefix)
    }

    /// Whether `text` ends with `suffix`.
    @inlinable
    public static func hasSuffix(
        _ text: UnsafeBufferPointer<UInt8>, _ suffix: UnsafeBufferPointer<UInt8>, ignoringCase: Bool = false
    ) -> Bool {
        guard text.count >= suffix.count else { return false }
        let tail = UnsafeBufferPointer(rebasing: text[(text.count - suffix.count)...])
        return ignoringCase ? equalIgnoringCase(tail, suffix) : equal(tail, suffix)
    }

    /// Whether `needle` occurs in `text`.
    public static func contains(
        _ text: UnsafeBufferPointer<UInt8>, _ needle: UnsafeBufferPointer<UInt8>, ignoringCase: Bool = false
    ) -> Bool {
        guard needle.count > 0 else { return true }
        guard text.count >= needle.count else { return false }
        var start = 0
        while start &+ needle.count <= text.count {
            let window = UnsafeBufferPointer(rebasing: text[start..<(start &+ needle.count)])
            if ignoringCase ? equalIgnoringCase(window, needle) : equal(window, needle) { return true }
            start &+= 1
        }
        return false
    }

    /// A lower-case ASCII letter for an upper-case one, any other byte as it is.
    @inlinable
    public static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    @inlinable
    static func lowercased(_ word: UInt64) -> UInt64 {
        let heptets = word & 0x7f7f_7f7f_7f7f_7f7f
        let aboveZ = heptets &+ 0x2525_2525_2525_2525
        let fromA = heptets &+ 0x3f3f_3f3f_3f3f_3f3f
        let upper = ~word & 0x8080_8080_8080_8080 & (fromA ^ aboveZ)
        return word | (upper >> 2)
    }

    /// A 64-bit hash of the bytes with ASCII letters folded. Not keyed: only
    /// configuration is ever inserted under it, never what a client sent.
    @inlinable
    public static func hashIgnoringCase(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: text.count)
        guard let base = text.baseAddress else { return hash }
        let raw = UnsafeRawPointer(base)
        var offset = 0
        while offset &+ 8 <= text.count {
            hash = mixed(hash, lowercased(raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            offset &+= 8
        }
        var tail: UInt64 = 0
        while offset < text.count {
            tail = tail << 8 | UInt64(base[offset])
            offset &+= 1
        }
        return mixed(hash, lowercased(tail))
    }

    /// A 64-bit hash of the bytes as they are.
    @inlinable
    public static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash = 0xA076_1D64_78BD_642F ^ UInt64(truncatingIfNeeded: text.count)
        guard let base = text.baseAddress else { return hash }
        let raw = UnsafeRawPointer(base)
        var offset = 0
        while offset &+ 8 <= text.count {
            hash = mixed(hash, raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset &+= 8
        }
        var tail: UInt64 = 0
        while offset < text.count {
            tail = tail << 8 | UInt64(base[offset])
            offset &+= 1
        }
        return mixed(hash, tail)
    }

    @inlinable
    static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        return product.high ^ product.low ^ word
    }
}
