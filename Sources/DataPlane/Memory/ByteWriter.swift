internal import CPetrelSystem

/// Writes text into a fixed run of memory. A write that doesn't fit sets
/// `overflowed` and writes nothing, so that callers check once, at the end.
struct ByteWriter: BitwiseCopyable {
    private let base: UnsafeMutablePointer<UInt8>
    let capacity: Int
    private(set) var count = 0
    private(set) var overflowed = false

    init(_ memory: UnsafeMutableRawBufferPointer) {
        let bound = memory.bindMemory(to: UInt8.self)
        if let start = bound.baseAddress {
            base = start
            capacity = bound.count
        } else {
            base = UnsafeMutablePointer(bitPattern: 1) ?? .allocate(capacity: 1)
            capacity = 0
        }
    }

    var written: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }
    var remaining: Int { capacity &- count }

    @inline(__always)
    private mutating func room(_ wanted: Int) -> Bool {
        if capacity &- count >= wanted { return true }
        overflowed = true
        return false
    }

    @inline(__always)
    mutating func byte(_ value: UInt8) {
        if room(1) {
            base[count] = value
            count &+= 1
        }
    }

    @inline(__always)
    mutating func text(_ value: StaticString) {
        bytes(UnsafeRawBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }

    @inline(__always)
    mutating func bytes(_ value: UnsafeRawBufferPointer) {
        guard let from = value.baseAddress, room(value.count) else { return }
        UnsafeMutableRawPointer(base + count).copyMemory(from: from, byteCount: value.count)
        count &+= value.count
    }

    /// Copies with ASCII letters in lower case.
    @inline(__always)
    mutating func lowercased(_ from: UnsafePointer<UInt8>, _ length: Int) {
        guard room(length) else { return }
        let to = base + count
        for index in 0..<length {
            let byte = from[index]
            to[index] = byte &- 0x41 < 26 ? byte | 0x20 : byte
        }
        count &+= length
    }

    mutating func bytes(_ value: [UInt8]) {
        value.withUnsafeBytes { bytes($0) }
    }

    mutating func string(_ value: String) {
        var copy = value
        copy.withUTF8 { bytes(UnsafeRawBufferPointer($0)) }
    }

    mutating func number(_ value: UInt64) {
        guard room(20) else { return }
        if value < 10 {
            base[count] = 0x30 &+ UInt8(truncatingIfNeeded: value)
            count &+= 1
            return
        }
        var digits = 1
        var power = value / 10
        while power > 0 {
            digits &+= 1
            power /= 10
        }
        var rest = value
        var position = count &+ digits
        while position > count {
            position &-= 1
            base[position] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count &+= digits
    }

    /// Decimal with leading zeros.
    mutating func padded(_ value: UInt64, width: Int) {
        guard room(width) else { return }
        var rest = value
        var position = count &+ width
        while position > count {
            position &-= 1
            base[position] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count &+= width
    }

    mutating func hex(_ value: UInt64) {
        guard room(16) else { return }
        let digits = max(1, (64 &- value.leadingZeroBitCount &+ 3) / 4)
        hex(value, width: digits)
    }

    mutating func hex(_ value: UInt64, width: Int) {
        guard room(width) else { return }
        var rest = value
        var position = count &+ width
        while position > count {
            position &-= 1
            let nibble = UInt8(truncatingIfNeeded: rest & 15)
            base[position] = nibble < 10 ? 0x30 &+ nibble : 0x57 &+ nibble
            rest >>= 4
        }
        count &+= width
    }

    /// `address:port`, with brackets around IPv6.
    mutating func address(_ value: petrel_address) {
        guard value.family != 0 else { return byte(0x2d) }
        if value.family == 6 { byte(0x5b) }
        ip(value)
        if value.family == 6 { byte(0x5d) }
        byte(0x3a)
        number(UInt64(value.port))
    }

    /// The address without its port.
    mutating func ip(_ value: petrel_address) {
        if value.family == 4 {
            number(UInt64(value.octets.0))
            byte(0x2e)
            number(UInt64(value.octets.1))
            byte(0x2e)
            number(UInt64(value.octets.2))
            byte(0x2e)
            number(UInt64(value.octets.3))
        } else if room(46) {
            var copy = value
            let length = (base + count).withMemoryRebound(to: CChar.self, capacity: 46) {
                petrel_address_format(&copy, $0, 46)
            }
            count &+= Int(length)
        }
    }
}
