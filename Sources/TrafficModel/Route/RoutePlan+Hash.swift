extension RoutePlan {
    /// The hash of a request under the route's policies, as Envoy computes it.
    func hash(_ context: FormatContext) -> UInt64? {
        var result: UInt64?
        var index = 0
        while index < hashPolicies.count {
            if let own = hashPolicies[index].hash(context) {
                result = result.map { ($0 << 1 | $0 >> 63) ^ own } ?? own
            }
            if hashPolicies[index].terminal, result != nil { break }
            index &+= 1
        }
        return result
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
