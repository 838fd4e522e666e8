/// The hash of a request, and the cookie that makes it the same next time.
public struct RequestHash: BitwiseCopyable, Sendable, Equatable {
    /// The hash; nil when no policy gave one (then any endpoint will do).
    public var hash: UInt64?
    /// Index of the policy whose cookie the client gets; -1 for none.
    public var cookiePolicy: Int8 = -1
    /// The cookie's value, written as 16 hexadecimal digits.
    public var cookieValue: UInt64 = 0
}

extension RoutePlan {
    /// The hash of a request under the route's policies, as Envoy computes it.
    func hash(_ context: FormatContext) -> RequestHash {
        var result = RequestHash()
        var index = 0
        while index < hashPolicies.count {
            var own = hashPolicies[index].hash(context)
            if own == nil, hashPolicies[index].makesCookie, result.cookiePolicy < 0 {
                result.cookieValue = HashPolicy.cookieValue(context.facts)
                result.cookiePolicy = Int8(clamping: index)
                own = HashPolicy.hashOfHexadecimal(result.cookieValue)
            }
            if let own { result.hash = result.hash.map { ($0 << 1 | $0 >> 63) ^ own } ?? own }
            if hashPolicies[index].terminal, result.hash != nil { break }
            index &+= 1
        }
        return result
    }
}

extension HashPolicy {
    /// Whether a client without the cookie is given one.
    fileprivate var makesCookie: Bool { kind == .cookie && cookieLifetimeSeconds != nil }

    /// The same for all requests of a connection, so that requests at once agree.
    fileprivate static func cookieValue(_ facts: ConnectionFacts) -> UInt64 {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 128) { memory in
            var writer = ByteWriter(memory)
            writer.append(address: facts.directSourceAddress)
            writer.append(0x3A)
            writer.append(decimal: UInt64(facts.sourcePort))
            writer.append(address: facts.destinationAddress)
            writer.append(0x3A)
            writer.append(decimal: UInt64(facts.destinationPort))
            return XXHash64.hash(writer.written)
        }
    }

    fileprivate static func hashOfHexadecimal(_ value: UInt64) -> UInt64 {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { memory in
            var writer = ByteWriter(memory)
            for place in 0..<16 {
                let digit = UInt8(truncatingIfNeeded: value >> UInt64((15 - place) * 4)) & 15
                writer.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
            }
            return XXHash64.hash(writer.written)
        }
    }
}

extension HashPolicy {
    fileprivate func hash(_ context: FormatContext) -> UInt64? {
        let request = context.request
        switch kind {
        case .header: return request.value(named: name).map { XXHash64.hash($0) }
        case .cookie: return CookieText.value(of: name.buffer, in: request).map { XXHash64.hash($0) }
        case .queryParameter:
            return QueryText.value(of: name.buffer, in: request[request.query]).map { XXHash64.hash($0) }
        case .sourceAddress:
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { memory in
                var writer = ByteWriter(memory)
                writer.append(address: context.facts.sourceAddress)
                return XXHash64.hash(writer.written)
            }
        }
    }
}

/// Taking cookies apart.
enum CookieText {
    /// Value of the first cookie with this name, without quotes; nil when there is none.
    static func value(of name: UnsafeBufferPointer<UInt8>, in request: RequestView) -> UnsafeBufferPointer<UInt8>? {
        for field in request.headers where field.name.length == 6 {
            let header: StaticString = "cookie"
            let wanted = UnsafeBufferPointer(start: header.utf8Start, count: header.utf8CodeUnitCount)
            guard ByteComparison.equalIgnoringCase(request[field.name], wanted) else { continue }
            if let found = value(of: name, in: request[field.value]) { return found }
        }
        return nil
    }

    private static func value(
        of name: UnsafeBufferPointer<UInt8>, in line: UnsafeBufferPointer<UInt8>
    ) -> UnsafeBufferPointer<UInt8>? {
        var start = 0
        while start < line.count {
            while start < line.count, line[start] == 0x20 || line[start] == 0x3B { start += 1 }
            var end = start
            var equals = -1
            while end < line.count, line[end] != 0x3B {
                if line[end] == 0x3D, equals < 0 { equals = end }
                end += 1
            }
            if equals >= 0, ByteComparison.equal(UnsafeBufferPointer(rebasing: line[start..<equals]), name) {
                var value = line[(equals + 1)..<end]
                if value.count >= 2, value.first == 0x22, value.last == 0x22 { value = value.dropFirst().dropLast() }
                return UnsafeBufferPointer(rebasing: value)
            }
            start = end + 1
        }
        return nil
    }
}
