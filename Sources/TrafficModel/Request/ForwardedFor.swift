/// The client's address as `x-forwarded-for` tells it.
enum ForwardedFor {
    /// The address that stands `hops` before the last one; nil when there is none, or it is no address.
    static func address(_ request: RequestView, hops: UInt32) -> IPAddress? {
        let name: StaticString = "x-forwarded-for"
        let wanted = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        var skip = hops
        for index in request.headers.indices.reversed() {
            guard ByteComparison.equalIgnoringCase(request[request.headers[index].name], wanted) else { continue }
            let line = request[request.headers[index].value]
            var end = line.count
            while end >= 0 {
                var start = end
                while start > 0, line[start - 1] != 0x2C { start -= 1 }
                if skip == 0 { return IPAddress(bytes: trimmed(UnsafeBufferPointer(rebasing: line[start..<end]))) }
                skip -= 1
                end = start - 1
            }
        }
        return nil
    }

    private static func trimmed(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        var start = 0
        var end = text.count
        while start < end, text[start] == 0x20 || text[start] == 0x09 { start += 1 }
        while end > start, text[end - 1] == 0x20 || text[end - 1] == 0x09 { end -= 1 }
        return UnsafeBufferPointer(rebasing: text[start..<end])
    }
}

extension ConnectionManagerPlan {
    /// Sets the client's address in the facts of a request: that of the peer, or what proxies in front of this one say.
    public func trustForwardedFor(_ request: RequestView, _ facts: inout ConnectionFacts) {
        let hops: UInt32
        if usesRemoteAddress {
            guard trustedHops > 0 else { return }
            hops = trustedHops - 1
        } else {
            hops = trustedHops
        }
        guard let address = ForwardedFor.address(request, hops: hops) else { return }
        facts.sourceAddress = address
        facts.sourcePort = 0
    }
}
