extension ConfigValue {
    /// The value as YAML in the style of `kubectl get -o yaml`.
    ///
    /// Names are sorted, lists aren't indented under their name, and a string is quoted only where
    /// YAML would otherwise read something else. It ends with a line break.
    public func yaml() -> String {
        var writer = YAMLWriter()
        switch self {
        case .object(let fields) where !fields.isEmpty: writer.writeFields(fields, indent: 0)
        case .array(let values) where !values.isEmpty: writer.writeItems(values, indent: 0)
        default:
            writer.writeScalar(self, indent: 0)
            writer.text += "\n"
        }
        return writer.text
    }
}

private struct YAMLWriter {
    var text = ""

    mutating func writeFields(_ fields: OrderedFields, indent: Int, firstInline: Bool = false) {
        for (index, field) in fields.sorted.enumerated() {
            if index > 0 || !firstInline { pad(indent) }
            writeString(field.name, indent: indent, isKey: true)
            text += ":"
            switch field.value {
            case .object(let inner) where !inner.isEmpty:
                text += "\n"
                writeFields(inner, indent: indent + 2)
            case .array(let items) where !items.isEmpty:
                text += "\n"
                writeItems(items, indent: indent)
            default:
                text += " "
                writeScalar(field.value, indent: indent)
                text += "\n"
            }
        }
    }

    mutating func writeItems(_ items: [ConfigValue], indent: Int, firstInline: Bool = false) {
        for (index, item) in items.enumerated() {
            if index > 0 || !firstInline { pad(indent) }
            text += "- "
            switch item {
            case .object(let inner) where !inner.isEmpty: writeFields(inner, indent: indent + 2, firstInline: true)
            case .array(let inner) where !inner.isEmpty: writeItems(inner, indent: indent + 2, firstInline: true)
            default:
                writeScalar(item, indent: indent)
                text += "\n"
            }
        }
    }

    mutating func writeScalar(_ value: ConfigValue, indent: Int) {
        switch value {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .int(let value): text += String(value)
        case .double(let value): text += value.isFinite ? value.jsonText : value.isNaN ? ".nan" : value < 0 ? "-.inf" : ".inf"
        case .string(let value): writeString(value, indent: indent, isKey: false)
        case .array: text += "[]"
        case .object: text += "{}"
        }
    }

    private mutating func writeString(_ value: String, indent: Int, isKey: Bool) {
        switch YAMLStringStyle(of: value, isKey: isKey) {
        case .plain: text += value
        case .single: text += "'" + value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
        case .double: text += ConfigValue.jsonLiteral(value)
        case .literal: writeLiteral(value, indent: indent + 2)
        }
    }

    private mutating func writeLiteral(_ value: String, indent: Int) {
        var lines = value.split(separator: "\n", omittingEmptySubsequences: false)
        text += "|"
        if let first = lines.first(where: { !$0.isEmpty }), first.hasPrefix(" ") || lines.first?.isEmpty == true { text += "2" }
        if lines.last?.isEmpty == true {
            lines.removeLast()
            if lines.last?.isEmpty ?? true { text += "+" }
        } else {
            text += "-"
        }
        for line in lines {
            text += "\n"
            if !line.isEmpty {
                pad(indent)
                text += line
            }
        }
    }

    private mutating func pad(_ count: Int) { for _ in 0..<count { text += " " } }
}

/// How a string has to be written so that YAML reads the same string.
private enum YAMLStringStyle {
    case plain, single, double, literal

    init(of value: String, isKey: Bool) {
        let bytes = value.utf8
        guard let first = bytes.first, let last = bytes.last else {
            self = .double
            return
        }
        let printable = value.unicodeScalars.allSatisfy {
            $0 == "\n" || ($0 >= " " && $0 != "\u{7f}" && !("\u{80}"..."\u{9f}").contains($0) && $0 != "\u{2028}" && $0 != "\u{2029}" && $0 != "\u{feff}"
                && $0 != "\u{fffe}" && $0 != "\u{ffff}")
        }
        guard printable else {
            self = .double
            return
        }
        if bytes.contains(UInt8(ascii: "\n")) {
            let trailing = value.split(separator: "\n", omittingEmptySubsequences: false).contains { $0.hasSuffix(" ") }
            self = isKey || trailing || value.allSatisfy { $0 == "\n" } ? .double : .literal
            return
        }
        if YAMLScalar.resolvesToOtherThanString(value) {
            self = .double
            return
        }
        self = Self.isPlain(value, first: first, last: last) ? .plain : .single
    }

    private static func isPlain(_ value: String, first: UInt8, last: UInt8) -> Bool {
        if value.hasPrefix("---") || value.hasPrefix("...") { return false }
        if first == UInt8(ascii: " ") || last == UInt8(ascii: " ") || last == UInt8(ascii: ":") { return false }
        if "#,[]{}&*!|>'\"%@`".utf8.contains(first) { return false }
        let bytes = Array(value.utf8)
        if "-?:".utf8.contains(first), bytes.count == 1 || bytes[1] == UInt8(ascii: " ") { return false }
        for (byte, next) in zip(bytes, bytes.dropFirst()) {
            if byte == UInt8(ascii: ":"), next == UInt8(ascii: " ") { return false }
            if byte == UInt8(ascii: " "), next == UInt8(ascii: "#") { return false }
        }
        return true
    }
}
