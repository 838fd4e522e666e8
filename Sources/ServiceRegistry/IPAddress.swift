#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An IPv4 or IPv6 address.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// Network byte order; 4 or 16 bytes.
    let bytes: [UInt8]

    /// Reads the textual form; IPv6 without brackets or zone.
    public init?(_ text: String) {
        var v4 = in_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            bytes = withUnsafeBytes(of: v4) { Array($0) }
            return
        }
        var v6 = in6_addr()
        guard inet_pton(AF_INET6, text, &v6) == 1 else { return nil }
        bytes = withUnsafeBytes(of: v6) { Array($0) }
    }

    init(bytes: [UInt8]) { self.bytes = bytes }

    init(v4 value: UInt32) {
        bytes = (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    /// Whether it is an IPv4 address.
    public var isV4: Bool { bytes.count == 4 }

    var v4Value: UInt32? {
        isV4 ? bytes.reduce(0) { $0 << 8 | UInt32($1) } : nil
    }

    /// Canonical text (RFC 5952 for IPv6).
    public var description: String {
        if isV4 { return bytes.map(String.init).joined(separator: ".") }
        var address = in6_addr()
        withUnsafeMutableBytes(of: &address) { $0.copyBytes(from: bytes) }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, &address, &text, socklen_t(INET6_ADDRSTRLEN)) != nil else {
            return "::"
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Whether the text is an address; cheap for host names.
    public static func isAddress(_ text: String) -> Bool {
        guard let last = text.utf8.last else { return false }
        let hexadecimal = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(last)
            || text.utf8.contains(UInt8(ascii: ":"))
        return hexadecimal && IPAddress(text) != nil
    }
}

/// A range of addresses: `10.0.0.0/8`.
public struct AddressRange: Hashable, Sendable {
    /// The address as it was written, host bits included.
    public let address: IPAddress
    /// Leading bits that must agree.
    public let prefixLength: Int

    /// Reads `address/length`, or a plain address as a range of one.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else { return nil }
        self.address = address
        let bits = address.bytes.count * 8
        if parts.count == 2 {
            guard let length = Int(parts[1]), (0...bits).contains(length) else { return nil }
            prefixLength = length
        } else {
            prefixLength = bits
        }
    }

    /// Whether it covers exactly one address.
    public var isSingle: Bool { prefixLength == address.bytes.count * 8 }

    /// The same range with host bits cleared, equal for equal ranges.
    public var canonical: String {
        var bytes = address.bytes
        for index in bytes.indices {
            let kept = min(max(prefixLength - index * 8, 0), 8)
            bytes[index] &= kept == 0 ? 0 : ~UInt8(truncatingIfNeeded: 0xFF >> kept)
        }
        return "\(IPAddress(bytes: bytes))/\(prefixLength)"
    }
}
