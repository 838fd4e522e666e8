/// What a plain YAML scalar means to Kubernetes, which reads YAML 1.1 (`yes` and `on` are booleans).
enum YAMLScalar {
    /// The meaning of an unquoted scalar.
    static func resolve(_ text: UnsafeBufferPointer<UInt8>) -> LocatedValue.Content {
        guard let first = text.first else { return .null }
        switch first {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            return number(text) ?? .string(String(decoding: text, as: UTF8.self))
        case UInt8(ascii: "~"):
            if text.count == 1 { return .null }
        case UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"),
            UInt8(ascii: "y"), UInt8(ascii: "Y"), UInt8(ascii: "o"), UInt8(ascii: "O"):
            if text.count <= 5, let content = word(String(decoding: text, as: UTF8.self)) { return content }
        default: break
        }
        return .string(String(decoding: text, as: UTF8.self))
    }

    /// Whether a string would be read as something else if it were written without quotes.
    static func resolvesToOtherThanString(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 {
            // Go's emitter also quotes what the YAML 1.1 specification reads as base-60 or as a date.
            if case .string = resolve($0) { isDate($0) || isBase60($0) || ($0.count == 2 && $0[0] == 0x3c && $0[1] == 0x3c) } else { true }
        }
    }

    private static func word(_ text: String) -> LocatedValue.Content? {
        switch text {
        case "null", "Null", "NULL": .null
        case "true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON": .bool(true)
        case "false", "False", "FALSE", "n", "N", "no", "No", "NO", "off", "Off", "OFF": .bool(false)
        default: nil
        }
    }

    private static func number(_ text: UnsafeBufferPointer<UInt8>) -> LocatedValue.Content? {
        guard text.count <= 64 else { return nil }
        if let int = decimal(text) { return .int(int) }
        let plain = String(decoding: text.lazy.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
        let sign = plain.first == "-" ? "-" : ""
        let digits = plain.first == "-" || plain.first == "+" ? plain.dropFirst() : plain[...]
        switch digits {
        case ".inf", ".Inf", ".INF": return .double(sign.isEmpty ? .infinity : -.infinity)
        case ".nan", ".NaN", ".NAN": return sign.isEmpty && digits.count == plain.count ? .double(.nan) : nil
        default: break
        }
        if let int = prefixed(digits, sign: sign) { return .int(int) }
        return isFloat(digits) ? Double(String(sign) + digits).map { .double($0) } : nil
    }

    /// A decimal number without a leading zero that fits 64 bits: the usual case.
    private static func decimal(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard text.count <= 18, text[0] != UInt8(ascii: "0") || text.count == 1 else { return nil }
        var value: Int64 = 0
        for byte in text {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return value
    }

    private static func prefixed(_ digits: Substring, sign: String) -> Int64? {
        func parse(_ text: Substring, _ radix: Int) -> Int64? {
            guard text.first?.isHexDigit == true else { return nil }
            return Int64(sign + text, radix: radix)
        }
        let lowered = digits.prefix(2).lowercased()
        return switch lowered {
        case "0x": parse(digits.dropFirst(2), 16)
        case "0b": parse(digits.dropFirst(2), 2)
        case "0o": parse(digits.dropFirst(2), 8)
        default: digits.count > 1 && digits.first == "0" ? parse(digits.dropFirst(), 8) : parse(digits, 10)
        }
    }

    /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
    private static func isFloat(_ text: Substring) -> Bool {
        var rest = text[...]
        func takeDigits() -> Int {
            let count = rest.prefix { ("0"..."9").contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        let whole = takeDigits()
        var fraction = 0
        if rest.first == "." {
            rest = rest.dropFirst()
            fraction = takeDigits()
        }
        guard whole > 0 || fraction > 0 else { return false }
        if rest.first == "e" || rest.first == "E" {
            rest = rest.dropFirst()
            if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
            guard takeDigits() > 0 else { return false }
        }
        return rest.isEmpty
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func isDate(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.count >= 8 && text.prefix(4).allSatisfy(isDigit) && text[4] == UInt8(ascii: "-")
            && (isDigit(text[6]) || text[6] == UInt8(ascii: "-"))
            && text.allSatisfy { isDigit($0) || "-:.tTzZ+ ".utf8.contains($0) }
    }

    /// `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`: a time of day to YAML 1.1.
    private static func isBase60(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.contains(UInt8(ascii: ":")), isDigit(text[0]) || text[0] == UInt8(ascii: "-") || text[0] == UInt8(ascii: "+"),
            text.allSatisfy({ isDigit($0) || ":._-+".utf8.contains($0) })
        else { return false }
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        return parts.dropFirst().allSatisfy { part in
            let digits = part.prefix { isDigit($0) }
            return (1...2).contains(digits.count) && (digits.count == 1 || part.first.map { $0 <= UInt8(ascii: "5") } == true)
                && (digits.count == part.count || part.dropFirst(digits.count).first == UInt8(ascii: "."))
        }
    }
}
