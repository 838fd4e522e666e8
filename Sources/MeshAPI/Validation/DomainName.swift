/// The rules of domain names in configuration, with Istio's messages.
enum DomainName {
    /// What is wrong with a fully qualified domain name, or nil. One trailing dot is allowed.
    static func problem(_ name: String) -> String? {
        precondition(name) ?? labelsProblem(name[...])
    }

    /// What is wrong with a domain name whose first label may be or begin with a star, or nil.
    static func wildcardProblem(_ name: String) -> String? {
        if let problem = precondition(name) { return problem }
        let (first, rest) = split(name)
        guard isWildcardLabel(first) else { return "domain name \"\(name)\" invalid (label \"\(first)\" invalid)" }
        return rest.flatMap { labelsProblem($0) }
    }

    /// What is wrong with a host of a gateway's VirtualService; it may also be an SNI such as `outbound_.80_.v1_.host`.
    static func gatewayProblem(_ name: String, isServerName: Bool) -> String? {
        guard isServerName, name.hasPrefix("outbound_.") else { return wildcardProblem(name) }
        let parts = name.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[1].hasSuffix("_"), UInt16(parts[1].dropLast()) != nil, parts[2].hasSuffix("_") else {
            return wildcardProblem(name)
        }
        return wildcardProblem(String(parts[3]))
    }

    /// What is wrong with a wildcard that stands for a part of a label, or nil.
    static func partialWildcardProblem(_ name: String) -> String? {
        guard name.utf8.contains(UInt8(ascii: "*")), name != "*", !name.hasPrefix("*.") else { return nil }
        return "partial wildcard \"\(name)\" not allowed"
    }

    /// Whether two names, either of which may be a wildcard, cover a common name.
    static func overlap(_ left: String, _ right: String) -> Bool {
        switch (left.hasPrefix("*"), right.hasPrefix("*")) {
        case (true, true):
            let (a, b) = (left.dropFirst(), right.dropFirst())
            return left.utf8.count < right.utf8.count ? b.hasSuffix(a) : a.hasSuffix(b)
        case (true, false): return right.hasSuffix(left.dropFirst())
        case (false, true): return left.hasSuffix(right.dropFirst())
        case (false, false): return left == right
        }
    }

    /// Whether every name that the first covers is covered by the second.
    static func isSubset(_ name: String, of other: String) -> Bool {
        switch (name.hasPrefix("*"), other.hasPrefix("*")) {
        case (true, true): name.utf8.count >= other.utf8.count && name.dropFirst().hasSuffix(other.dropFirst())
        case (true, false): false
        case (false, true): name.hasSuffix(other.dropFirst())
        case (false, false): name == other
        }
    }

    /// Whether the text is a DNS label; capitals are allowed.
    static func isLabel<Text: StringProtocol>(_ text: Text) -> Bool {
        let bytes = text.utf8
        guard (1...63).contains(bytes.count), let first = bytes.first, isAlphanumeric(first) else { return false }
        var last = first
        for byte in bytes {
            guard isAlphanumeric(byte) || byte == UInt8(ascii: "-") else { return false }
            last = byte
        }
        return isAlphanumeric(last)
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }

    private static func isWildcardLabel(_ label: Substring) -> Bool {
        if label == "*" { return true }
        guard label.utf8.count <= 63 else { return false }
        if label.hasPrefix("*-"), isLabel(label.dropFirst(2)) { return true }
        return isLabel(label.hasPrefix("*") ? label.dropFirst() : label)
    }

    private static func split(_ name: String) -> (Substring, Substring?) {
        guard let dot = name.utf8.firstIndex(of: UInt8(ascii: ".")) else { return (name[...], nil) }
        return (name[..<dot], name[name.utf8.index(after: dot)...])
    }

    private static func precondition(_ name: String) -> String? {
        if name.isEmpty { return "empty domain name not allowed" }
        return name.utf8.count > 255 ? "domain name \"\(name)\" too long (max 255)" : nil
    }

    private static func labelsProblem(_ name: Substring) -> String? {
        let bytes = name.utf8
        var start = bytes.startIndex
        var top = name
        while true {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: ".")) ?? bytes.endIndex
            top = name[start..<end]
            let isLast = end == bytes.endIndex
            if isLast, top.isEmpty, start != bytes.startIndex { return nil }
            if !isLabel(top) { return "domain name \"\(name)\" invalid (label \"\(top)\" invalid)" }
            if isLast { break }
            start = bytes.index(after: end)
        }
        if Int(top) != nil { return "domain name \"\(name)\" invalid (top level domain \"\(top)\" cannot be all-numeric)" }
        return nil
    }
}
