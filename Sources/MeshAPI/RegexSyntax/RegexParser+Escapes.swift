extension RegexParser {
    mutating func parseEscape(into nodes: inout [RegexNode]) throws(RegexProblem) {
        let start = position
        guard let scalar = peek(1) else { throw RegexProblem(reason: "trailing backslash at end of expression", part: "") }
        let assertion: RegexAssertion? = switch scalar {
        case "A": .textStart
        case "z": .textEnd
        case "b": .wordBoundary
        case "B": .notWordBoundary
        default: nil
        }
        if let assertion {
            position += 2
            nodes.append(.assertion(assertion))
        } else if scalar == "Q" {
            position += 2
            parseQuoted(into: &nodes)
        } else if let item = try takeNamedClass() {
            nodes.append(.set(RegexSet(items: [item], inverted: false, ignoringCase: flags.ignoringCase)))
        } else {
            position = start
            nodes.append(.literal(try takeEscapedScalar(), ignoringCase: flags.ignoringCase))
        }
    }

    private mutating func parseQuoted(into nodes: inout [RegexNode]) {
        while let scalar = current {
            if scalar == "\\", peek(1) == "E" {
                position += 2
                return
            }
            position += 1
            nodes.append(.literal(scalar, ignoringCase: flags.ignoringCase))
        }
    }

    /// Takes `\d`, `\pN`, `\p{Greek}` and the like; leaves other escapes alone.
    mutating func takeNamedClass() throws(RegexProblem) -> RegexSet.Item? {
        guard current == "\\", let scalar = peek(1) else { return nil }
        if let ranges = RegexClasses.perl(scalar) {
            position += 2
            return .named(ranges, inverted: "DSW".unicodeScalars.contains(scalar))
        }
        guard scalar == "p" || scalar == "P" else { return nil }
        let start = position
        position += 2
        var inverted = scalar == "P"
        guard let first = current else { throw problem("invalid character class range", from: start) }
        var name = String(first)
        position += 1
        if first == "{" {
            guard let end = text[position...].firstIndex(of: "}") else { throw problem("invalid character class range", from: start) }
            name = slice(position, end)
            position = end + 1
        }
        if name.hasPrefix("^") {
            inverted.toggle()
            name.removeFirst()
        }
        guard RegexClasses.isProperty(name) else { throw problem("invalid character class range", from: start, to: position) }
        return .property(name, inverted: inverted)
    }

    /// Takes an escape that stands for one character.
    mutating func takeEscapedScalar() throws(RegexProblem) -> Unicode.Scalar {
        let start = position
        position += 1
        guard let scalar = current else { throw RegexProblem(reason: "trailing backslash at end of expression", part: "") }
        position += 1
        switch scalar {
        case "a": return "\u{7}"
        case "f": return "\u{c}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "v": return "\u{b}"
        case "x": return try takeHexadecimal(start)
        case "1"..."7":
            // A single digit would be a back reference, which RE2 doesn't have.
            guard let next = current, ("0"..."7").contains(next) else { throw problem("invalid escape sequence", from: start, to: position) }
            return takeOctal(scalar)
        case "0": return takeOctal(scalar)
        default:
            let isWord = RegexClasses.isWord(scalar) && scalar != "_"
            guard scalar.isASCII, !isWord else { throw problem("invalid escape sequence", from: start, to: position) }
            return scalar
        }
    }

    private mutating func takeOctal(_ first: Unicode.Scalar) -> Unicode.Scalar {
        var value = first.value - 0x30
        for _ in 0..<2 {
            guard let next = current, ("0"..."7").contains(next) else { break }
            value = value * 8 + (next.value - 0x30)
            position += 1
        }
        return Unicode.Scalar(value) ?? "\0"
    }

    private mutating func takeHexadecimal(_ start: Int) throws(RegexProblem) -> Unicode.Scalar {
        let digits: String
        if current == "{" {
            guard let end = text[position...].firstIndex(of: "}") else { throw problem("invalid escape sequence", from: start) }
            digits = slice(position + 1, end)
            position = end + 1
        } else {
            digits = slice(position, position + 2)
            position = min(position + 2, text.count)
            guard digits.unicodeScalars.count == 2 else { throw problem("invalid escape sequence", from: start, to: position) }
        }
        guard digits.allSatisfy(\.isHexDigit), let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) else {
            throw problem("invalid escape sequence", from: start, to: position)
        }
        return scalar
    }

    mutating func parseSet() throws(RegexProblem) -> RegexSet {
        let start = position
        position += 1
        var set = RegexSet(items: [], inverted: false, ignoringCase: flags.ignoringCase)
        if current == "^" {
            position += 1
            set.inverted = true
        }
        var isFirst = true
        while current != "]" || isFirst {
            guard let scalar = current else { throw problem("missing closing ]", from: start) }
            isFirst = false
            if scalar == "[", peek(1) == ":", let item = try takePosixClass() {
                set.items.append(item)
            } else if let item = try takeNamedClass() {
                set.items.append(item)
            } else {
                set.items.append(.range(try takeRange(start)))
            }
        }
        position += 1
        return set
    }

    private mutating func takePosixClass() throws(RegexProblem) -> RegexSet.Item? {
        let start = position
        var end = position + 2
        while end + 1 < text.count, !(text[end] == ":" && text[end + 1] == "]") { end += 1 }
        guard end + 1 < text.count else { return nil }
        var name = slice(start + 2, end)
        let inverted = name.hasPrefix("^")
        if inverted { name.removeFirst() }
        guard let ranges = RegexClasses.posix[name] else { throw problem("invalid character class range", from: start, to: end + 2) }
        position = end + 2
        return .named(ranges, inverted: inverted)
    }

    private mutating func takeRange(_ setStart: Int) throws(RegexProblem) -> ClosedRange<Unicode.Scalar> {
        let start = position
        let low = try takeSetScalar(setStart)
        guard current == "-", let next = peek(1), next != "]" else { return low...low }
        position += 1
        let high = try takeSetScalar(setStart)
        guard low <= high else { throw problem("invalid character class range", from: start, to: position) }
        return low...high
    }

    private mutating func takeSetScalar(_ setStart: Int) throws(RegexProblem) -> Unicode.Scalar {
        guard let scalar = current else { throw problem("missing closing ]", from: setStart) }
        if scalar == "\\" { return try takeEscapedScalar() }
        position += 1
        return scalar
    }
}
