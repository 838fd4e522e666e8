extension IPAddress {
    /// Reads dotted IPv4 or RFC 4291 IPv6 text; nil for anything else. Zones
    /// (`%eth0`) and prefixes (`/8`) are not part of an address.
    public init?(_ text: String) {
        var text = text
        let parsed = text.withUTF8 { IPAddress(bytes: $0) }
        guard let parsed else { return nil }
        self = parsed
    }

    /// Reads the same from bytes, without allocating.
    public init?(bytes: UnsafeBufferPointer<UInt8>) {
        if bytes.contains(0x3A) {
            guard let halves = IPAddress.parseV6(bytes) else { return nil }
            self.init(v6: halves.0, halves.1)
        } else {
            guard let bits = IPAddress.parseV4(bytes) else { return nil }
            self.init(v4: bits)
        }
    }

    private static func parseV4(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32? {
        var result: UInt32 = 0
        var parts = 0
        var value: UInt32 = 0
        var digits = 0
        for index in 0...bytes.count {
            let byte = index < bytes.count ? bytes[index] : 0x2E
            if byte == 0x2E {
                guard digits > 0, parts < 4 else { return nil }
                result = result << 8 | value
                parts += 1
                value = 0
                digits = 0
            } else {
                guard byte &- 48 < 10, digits < 3, !(digits > 0 && value == 0) else { return nil }
                value = value * 10 + UInt32(byte - 48)
                guard value <= 255 else { return nil }
                digits += 1
            }
        }
        return parts == 4 ? result : nil
    }

    private static func parseV6(_ bytes: UnsafeBufferPointer<UInt8>) -> (UInt64, UInt64)? {
        var high: UInt64 = 0
        var low: UInt64 = 0
        var groups = 0
        var gap = -1
        var index = 0
        func push(_ group: UInt64) {
            high = high << 16 | low >> 48
            low = low << 16 | group
            groups += 1
        }
        if bytes.count >= 2, bytes[0] == 0x3A, bytes[1] == 0x3A {
            gap = 0
            index = 2
        } else if bytes.count == 0 || bytes[0] == 0x3A {
            return nil
        }
        while index < bytes.count {
            let start = index
            var value: UInt64 = 0
            while index < bytes.count, let digit = hexadecimal(bytes[index]), index - start < 5 {
                value = value << 4 | UInt64(digit)
                index += 1
            }
            if index < bytes.count, bytes[index] == 0x2E {
                guard groups <= 6, let v4 = parseV4(UnsafeBufferPointer(rebasing: bytes[start...])) else { return nil }
                push(UInt64(v4 >> 16))
                push(UInt64(v4 & 0xFFFF))
                index = bytes.count
                break
            }
            guard index > start, index - start <= 4, groups < 8 else { return nil }
            push(value)
            if index == bytes.count { break }
            guard bytes[index] == 0x3A else { return nil }
            index += 1
            if index < bytes.count, bytes[index] == 0x3A {
                guard gap < 0 else { return nil }
                gap = groups
                index += 1
            } else if index == bytes.count {
                return nil
            }
        }
        guard gap >= 0 else { return groups == 8 ? (high, low) : nil }
        guard groups < 8 else { return nil }
        // Move what stands right of `::` to the end: insert the missing zeros.
        let right = groups - gap
        let missing = 8 - groups
        let all = (high, low)
        let rightMask = mask(bits: right * 16)
        let rightPart = (all.0 & rightMask.0, all.1 & rightMask.1)
        let leftPart = (all.0 & ~rightMask.0, all.1 & ~rightMask.1)
        let shifted = shiftLeft(leftPart, by: missing * 16)
        return (shifted.0 | rightPart.0, shifted.1 | rightPart.1)
    }

    /// The lowest `bits` bits of 128.
    private static func mask(bits: Int) -> (UInt64, UInt64) {
        if bits >= 128 { return (.max, .max) }
        if bits >= 64 { return (bits == 64 ? 0 : UInt64.max >> UInt64(128 - bits), .max) }
        return (0, bits == 0 ? 0 : UInt64.max >> UInt64(64 - bits))
    }

    private static func shiftLeft(_ value: (UInt64, UInt64), by bits: Int) -> (UInt64, UInt64) {
        if bits >= 128 { return (0, 0) }
        if bits >= 64 { return (value.1 << UInt64(bits - 64), 0) }
        if bits == 0 { return value }
        return (value.0 << UInt64(bits) | value.1 >> UInt64(64 - bits), value.1 << UInt64(bits))
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        if byte &- 48 < 10 { return byte - 48 }
        let letter = byte | 0x20
        return letter &- 0x61 < 6 ? letter - 0x61 + 10 : nil
    }
}

extension ByteWriter {
    /// Appends an address as text; IPv6 as RFC 5952 writes it.
    public mutating func append(address: IPAddress) {
        if address.isIPv4 {
            for shift in [24, 16, 8, 0] as [UInt64] {
                append(decimal: address.low >> shift & 0xFF)
                if shift > 0 { append(0x2E) }
            }
            return
        }
        func group(_ index: Int) -> UInt64 {
            let half = index < 4 ? address.high : address.low
            return half >> UInt64(48 - (index & 3) * 16) & 0xFFFF
        }
        var best = (start: -1, count: 1)
        var index = 0
        while index < 8 {
            var run = 0
            while index + run < 8, group(index + run) == 0 { run += 1 }
            if run > best.count { best = (index, run) }
            index += Swift.max(run, 1)
        }
        index = 0
        while index < 8 {
            if index == best.start {
                append("::")
                index += best.count
                continue
            }
            append(hexadecimal: group(index))
            index += 1
            if index < 8, index != best.start { append(0x3A) }
        }
    }

    private mutating func append(hexadecimal number: UInt64) {
        if number >= 16 { append(hexadecimal: number / 16) }
        let digit = UInt8(truncatingIfNeeded: number % 16)
        append(digit < 10 ? 48 + digit : 87 + digit)
    }
}
