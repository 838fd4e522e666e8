extension ConfigValue {
    /// The value as JSON.
    ///
    /// - Parameters:
    ///   - pretty: Two-space indentation and a line per field; otherwise one line without spaces.
    ///   - sorted: Names in byte order, as `kubectl get -o json` has them.
    public func json(pretty: Bool = false, sorted: Bool = true) -> String {
        var writer = JSONWriter(pretty: pretty, sorted: sorted)
        writer.write(self, depth: 0)
        return writer.text
    }

    /// Text as a JSON string literal, with the quotation marks.
    public static func jsonLiteral(_ text: String) -> String {
        var writer = JSONWriter(pretty: false, sorted: false)
        writer.write(text)
        return writer.text
    }
}

private struct JSONWriter {
    let pretty: Bool
    let sorted: Bool
    var text = ""

    mutating func write(_ value: ConfigValue, depth: Int) {
        switch value {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .int(let value): text += String(value)
        case .double(let value): text += value.jsonText
        case .string(let value): write(value)
        case .array(let values):
            guard !values.isEmpty else { return text += "[]" }
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                newLine(depth + 1)
                write(value, depth: depth + 1)
            }
            newLine(depth)
            text += "]"
        case .object(let fields):
            guard !fields.isEmpty else { return text += "{}" }
            text += "{"
            for (index, field) in (sorted ? fields.sorted : Array(fields)).enumerated() {
                if index > 0 { text += "," }
                newLine(depth + 1)
                write(field.name)
                text += pretty ? ": " : ":"
                write(field.value, depth: depth + 1)
            }
            newLine(depth)
            text += "}"
        }
    }

    private mutating func newLine(_ depth: Int) {
        guard pretty else { return }
        text += "\n" + String(repeating: "  ", count: depth)
    }

    mutating func write(_ string: String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{0}"..<" ", "\u{7f}"..."\u{9f}", "\u{2028}", "\u{2029}", "\u{feff}", "\u{fffe}", "\u{ffff}":
                let hex = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

extension Double {
    /// The shortest JSON number that reads back as this value.
    var jsonText: String {
        guard isFinite else { return "null" }
        if self == rounded(), magnitude < 1e15 { return String(Int64(self)) }
        return "\(self)"
    }
}
