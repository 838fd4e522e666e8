extension HeaderMatcher {
    /// Whether a request satisfies the condition. Each line with the name counts by itself, as in Envoy since 1.37: joined
    /// by commas, a second line could be used to slip past a rule.
    public func matches(_ request: RequestView) -> Bool {
        switch source {
        case .method: return verdict(request[request.method])
        case .path: return verdict(request[request.path])
        case .authority: return verdict(request[request.authority])
        case .scheme: return verdict(request[request.scheme])
        case .header: return matchesField(request)
        }
    }

    /// One line that holds is enough; inverted, none may hold.
    private func matchesField(_ request: RequestView) -> Bool {
        var isPresent = false
        var index = 0
        while index < request.headers.count {
            let field = request.headers[index]
            index &+= 1
            guard field.name.length == name.count,
                ByteComparison.equalIgnoringCase(request[field.name], name.buffer)
            else { continue }
            isPresent = true
            switch kind {
            case .present, .absent: return verdict(request[field.value])
            case .text, .range: if holds(request[field.value]) { return !inverted }
            }
        }
        return isPresent ? inverted : verdict(nil)
    }

    @inline(__always)
    private func holds(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        kind == .text ? self.value.matches(value) : isInRange(value)
    }

    /// The condition on a value, nil for a header that is absent.
    @inline(__always)
    private func verdict(_ value: UnsafeBufferPointer<UInt8>?) -> Bool {
        switch kind {
        // `inverted` is folded into the kind for these two.
        case .present: return value != nil || treatsMissingAsEmpty
        case .absent: return value == nil && !treatsMissingAsEmpty
        case .text, .range:
            guard let value = value ?? (treatsMissingAsEmpty ? UnsafeBufferPointer(start: nil, count: 0) : nil) else {
                // Envoy's rule: without a header there is nothing to invert.
                return false
            }
            return holds(value) != inverted
        }
    }

    private func isInRange(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let number = Decimal.signed(text) else { return false }
        return rangeStart <= number && number < rangeEnd
    }
}

/// Reading numbers from bytes.
enum Decimal {
    /// A whole number with an optional sign; nil for anything else.
    static func signed(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        var index = 0
        var negative = false
        if let first = text.first, first == 0x2D || first == 0x2B {
            negative = first == 0x2D
            index = 1
        }
        guard index < text.count else { return nil }
        var value: Int64 = 0
        while index < text.count {
            let digit = text[index] &- 48
            guard digit < 10 else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.subtractingReportingOverflow(Int64(digit))
            if overflow || carried { return nil }
            value = sum
            index &+= 1
        }
        if negative { return value }
        return value == .min ? nil : -value
    }
}
