/// Taking Host apart.
enum HostText {
    /// Host without its port. A port follows the last colon that isn't inside brackets.
    static func withoutPort(_ host: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        var index = host.count
        while index > 0 {
            index &-= 1
            let byte = host[index]
            if byte == 0x5D { return host }
            if byte == 0x3A { return UnsafeBufferPointer(rebasing: host[0..<index]) }
        }
        return host
    }

    /// An IPv6 literal without its brackets.
    static func withoutBrackets(_ host: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        guard host.count >= 2, host[0] == 0x5B, host[host.count - 1] == 0x5D else { return host }
        return UnsafeBufferPointer(rebasing: host[1..<(host.count - 1)])
    }
}
