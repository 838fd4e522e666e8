/// Reads JSON into located values; as strict as RFC 8259, with the line of each value.
struct JSONParser {
    private let text: UnsafeBufferPointer<UInt8>
    private let limits: ReadingLimits
    private var position = 0
    private var line: Int32
    private(set) var problems: [TextProblem] = []

    init(_ text: UnsafeBufferPointer<UInt8>, firstLine: Int32, limits: ReadingLimits = ReadingLimits()) {
        self.text = text
        self.limits = limits
        line = firstLine
    }

    /// Reads all values of the text, which may follow each other as in a JSON stream.
    mutating func readAll() throws(TextProblem) -> [LocatedValue] {
        guard text.count <= limits.documentBytes else {
            throw problem(.documentTooLarge, "the document has \(text.count) bytes, more than the \(limits.documentBytes) that one object may have")
        }
        var values: [LocatedValue] = []
        skipSpace()
        while position < text.count {
            values.append(try readValue(depth: 0))
            skipSpace()
        }
        return values
    }

    private func problem(_ code: ViolationCode, _ message: String) -> TextProblem {
        TextProblem(code: code, message: message, line: line)
    }

    private func problem(_ message: String) -> TextProblem { problem(.malformedText, message) }

    private var current: UInt8? { position < text.count ? text[position] : nil }

    private mutating func skipSpace() {
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: "\n"): line += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
            default: return
            }
            position += 1
        }
    }

    private mutating func take(_ byte: Character) -> Bool {
        guard let expected = byte.asciiValue, current == expected else { return false }
        position += 1
        return true
    }

    private mutating func readValue(depth: Int) throws(TextProblem) -> LocatedValue {
        guard depth < limits.depth else {
            throw problem(.nestedTooDeep, "lists and objects are nested more than \(limits.depth) deep")
        }
        let start = line
        switch current {
        case UInt8(ascii: "{"): return LocatedValue(.object(try readObject(depth: depth)), line: start)
        case UInt8(ascii: "["): return LocatedValue(.array(try readArray(depth: depth)), line: start)
        case UInt8(ascii: "\""): return LocatedValue(.string(try readString()), line: start)
        case UInt8(ascii: "t"): return LocatedValue(try readWord("true", .bool(true)), line: start)
        case UInt8(ascii: "f"): return LocatedValue(try readWord("false", .bool(false)), line: start)
        case UInt8(ascii: "n"): return LocatedValue(try readWord("null", .null), line: start)
        case .some: return LocatedValue(try readNumber(), line: start)
        case nil: throw problem("unexpected end of JSON input")
        }
    }

    private mutating func readObject(depth: Int) throws(TextProblem) -> [LocatedField] {
        position += 1
        var fields: [LocatedField] = []
        skipSpace()
        if take("}") { return fields }
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw problem("a field name in quotation marks is expected here") }
            let nameLine = line
            let name = try readString()
            skipSpace()
            guard take(":") else { throw problem("a colon is expected after the field name \"\(name)\"") }
            skipSpace()
            let value = try readValue(depth: depth + 1)
            if let index = fields.firstIndex(where: { $0.name == name }) {
                problems.append(
                    TextProblem(
                        code: .duplicateField, message: "key \"\(name)\" already set in map, on line \(fields[index].line)", line: nameLine))
                fields[index].value = value
            } else {
                fields.append(LocatedField(name: name, line: nameLine, value: value))
            }
            skipSpace()
            if take("}") { return fields }
            guard take(",") else { throw problem("a comma or a closing brace is expected here") }
        }
    }

    private mutating func readArray(depth: Int) throws(TextProblem) -> [LocatedValue] {
        position += 1
        var values: [LocatedValue] = []
        skipSpace()
        if take("]") { return values }
        while true {
            skipSpace()
            values.append(try readValue(depth: depth + 1))
            skipSpace()
            if take("]") { return values }
            guard take(",") else { throw problem("a comma or a closing bracket is expected here") }
        }
    }

    private mutating func readWord(_ word: String, _ content: LocatedValue.Content) throws(TextProblem) -> LocatedValue.Content {
        guard text[position...].starts(with: word.utf8) else { throw problem("\(word) is expected here") }
        position += word.utf8.count
        return content
    }

    private mutating func readNumber() throws(TextProblem) -> LocatedValue.Content {
        let start = position
        var isWhole = true
        func digits(_ position: inout Int) -> Int {
            let before = position
            while position < text.count, text[position] >= UInt8(ascii: "0"), text[position] <= UInt8(ascii: "9") { position += 1 }
            return position - before
        }
        if current == UInt8(ascii: "-") { position += 1 }
        let first = current
        let whole = digits(&position)
        guard whole > 0, whole == 1 || first != UInt8(ascii: "0") else { throw problem("the text is not valid JSON here") }
        if take(".") {
            isWhole = false
            guard digits(&position) > 0 else { throw problem("a digit is expected after the decimal point") }
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            isWhole = false
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            guard digits(&position) > 0 else { throw problem("a digit is expected in the exponent") }
        }
        let number = String(decoding: text[start..<position], as: UTF8.self)
        if isWhole, let value = Int64(number) { return .int(value) }
        guard let value = Double(number), value.isFinite else { throw problem("the number \(number) is out of range") }
        return .double(value)
    }

    private mutating func readString() throws(TextProblem) -> String {
        position += 1
        let start = position
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                return String(decoding: text[start..<position], as: UTF8.self)
            case UInt8(ascii: "\\"): return try readEscapedString(from: start)
            case 0..<0x20: throw problem("control characters in strings must be escaped")
            default: position += 1
            }
        }
        throw problem("the string isn't closed")
    }

    private mutating func readEscapedString(from start: Int) throws(TextProblem) -> String {
        var bytes = Array(text[start..<position])
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escape = current else { throw problem("the string isn't closed") }
                position += 1
                switch escape {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(escape)
                case UInt8(ascii: "b"): bytes.append(8)
                case UInt8(ascii: "f"): bytes.append(12)
                case UInt8(ascii: "n"): bytes.append(10)
                case UInt8(ascii: "r"): bytes.append(13)
                case UInt8(ascii: "t"): bytes.append(9)
                case UInt8(ascii: "u"): bytes += Array(String(try readUnicodeEscape()).utf8)
                default: throw problem("unknown escape in a string")
                }
            case 0..<0x20: throw problem("control characters in strings must be escaped")
            default: bytes.append(byte)
            }
        }
        throw problem("the string isn't closed")
    }

    private mutating func readUnicodeEscape() throws(TextProblem) -> Unicode.Scalar {
        let unit = try readHex()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xdc00, take("\\"), take("u") else { return "\u{fffd}" }
        let low = try readHex()
        guard (0xdc00..<0xe000).contains(low) else { return "\u{fffd}" }
        return Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00)) ?? "\u{fffd}"
    }

    private mutating func readHex() throws(TextProblem) -> UInt32 {
        guard position + 4 <= text.count,
            let value = UInt32(String(decoding: text[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw problem("four hexadecimal digits are expected after \\u") }
        position += 4
        return value
    }
}
