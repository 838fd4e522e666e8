/// The rules of IP addresses in configuration.
enum AddressText {
    /// Whether the text is an IPv4 or IPv6 address.
    static func isAddress<Text: StringProtocol>(_ text: Text) -> Bool { isIPv4(text) || isIPv6(text) }

    /// What is wrong with an address or block of addresses, with Istio's words, or nil.
    static func subnetProblem(_ text: String) -> String? {
        guard let slash = text.firstIndex(of: "/") else { return isAddress(text) ? nil : "\(text) is not a valid IP" }
        return isBlock(text, slash: slash) ? nil : "\(text) is not a valid CIDR block"
    }

    /// Whether the text is a block such as `10.0.0.0/8`.
    static func isBlock(_ text: String) -> Bool {
        text.firstIndex(of: "/").map { isBlock(text, slash: $0) } ?? false
    }

    private static func isBlock(_ text: String, slash: String.Index) -> Bool {
        let address = text[..<slash]
        let bits = text[text.index(after: slash)...]
        guard !bits.isEmpty, bits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), bits == "0" || bits.first != "0", let length = Int(bits) else {
            return false
        }
        return isIPv4(address) ? length <= 32 : !address.contains("%") && isIPv6(address) && length <= 128
    }

    /// Four decimal numbers without leading zeros.
    static func isIPv4<Text: StringProtocol>(_ text: Text) -> Bool {
        var parts = 0
        var digits = 0
        var value = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if digits > 0, value == 0 { return false }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
                digits += 1
                if value > 255 { return false }
            case UInt8(ascii: "."):
                if digits == 0 { return false }
                parts += 1
                (digits, value) = (0, 0)
            default: return false
            }
        }
        return parts == 3 && digits > 0
    }

    /// Eight groups, of which one run of zeros may be left out; the last two may be an IPv4 address.
    static func isIPv6<Text: StringProtocol>(_ text: Text) -> Bool {
        var text = String(text)
        if let percent = text.firstIndex(of: "%") {
            guard text.index(after: percent) < text.endIndex else { return false }
            text = String(text[..<percent])
        }
        guard text.utf8.contains(UInt8(ascii: ":")), !text.contains(":::") else { return false }
        let halves = halves(of: text)
        guard halves.count <= 2 else { return false }
        let counts = halves.enumerated().map { groups(in: $0.element, isLast: $0.offset == halves.count - 1) }
        guard counts.allSatisfy({ $0 != nil }) else { return false }
        let total = counts.reduce(0) { $0 + ($1 ?? 0) }
        return halves.count == 2 ? total <= 7 : total == 8
    }

    private static func halves(of text: String) -> [Substring] {
        var result: [Substring] = []
        var start = text.startIndex
        var index = text.startIndex
        while index < text.endIndex {
            let next = text.index(after: index)
            if text[index] == ":", next < text.endIndex, text[next] == ":" {
                result.append(text[start..<index])
                start = text.index(after: next)
                index = start
            } else {
                index = next
            }
        }
        result.append(text[start...])
        return result
    }

    private static func groups(in half: Substring, isLast: Bool) -> Int? {
        if half.isEmpty { return 0 }
        var count = 0
        let parts = half.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if isLast, index == parts.count - 1, part.contains(".") {
                guard isIPv4(part) else { return nil }
                count += 2
            } else {
                guard (1...4).contains(part.utf8.count), part.allSatisfy(\.isHexDigit) else { return nil }
                count += 1
            }
        }
        return count
    }
}
