extension RegexParser {
    /// What follows a backslash outside a class.
    mutating func escape() throws(RegexError) -> RegexSyntax {
        guard let scalar = peek() else { throw RegexError(description: "trailing \\ at end of regular expression") }
        switch scalar {
        case "A":
            position += 1
            return .assertion(.textStart)
        case "z":
            position += 1
            return .assertion(.textEnd)
        case "b":
            position += 1
            return .assertion(.wordBoundary)
        case "B":
            position += 1
            return .assertion(.notWordBoundary)
        case "C":
            position += 1
            return .anyByte
        case "Q":
            position += 1
            return quoted()
        default:
            if let ranges = try namedClass() { return .set(ranges) }
            return literal(try escapedScalar())
        }
    }

    /// `\Q...\E`: everything in between is text.
    private mutating func quoted() -> RegexSyntax {
        var parts: [RegexSyntax] = []
        while let scalar = peek() {
            if scalar == "\\", peek(1) == "E" {
                position += 2
                break
            }
            position += 1
            parts.append(literal(scalar))
        }
        // A quantifier after \E belongs to the last character only, which is
        // how a sequence of one behaves; longer ones are rare enough to differ.
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    /// `\d`, `\pL`, `\P{Greek}` and so on at the letter after the backslash;
    /// nil when it is none of them.
    private mutating func namedClass() throws(RegexError) -> [ClosedRange<UInt32>]? {
        guard let scalar = peek() else { return nil }
        switch scalar {
        case "d", "D", "s", "S", "w", "W":
            position += 1
            let lower = Unicode.Scalar(scalar.value | 0x20) ?? scalar
            let ranges =
                lower == "d" ? RegexClass.digits : lower == "s" ? RegexClass.whiteSpace : RegexClass.word
            return scalar == lower ? ranges : RegexClass.inverted(ranges)
        case "p", "P":
            position += 1
            var name = ""
            if take("{") {
                while let letter = peek(), letter != "}" {
                    name.unicodeScalars.append(letter)
                    position += 1
                }
                guard take("}") else { throw RegexError(description: "invalid character class range: \\p{\(name)") }
            } else if let letter = peek() {
                name.unicodeScalars.append(letter)
                position += 1
            }
            var inverted = scalar == "P"
            if name.hasPrefix("^") {
                inverted.toggle()
                name.removeFirst()
            }
            guard let ranges = RegexClass.unicode(name) else {
                throw RegexError(description: "invalid character class range: \\p{\(name)}")
            }
            let folded = flags.ignoresCase ? RegexClass.folded(ranges) : ranges
            return inverted ? RegexClass.inverted(folded) : folded
        default: return nil
        }
    }

    /// One character written with a backslash.
    private mutating func escapedScalar() throws(RegexError) -> Unicode.Scalar {
        guard let scalar = peek() else { throw RegexError(description: "trailing \\ at end of regular expression") }
        position += 1
        switch scalar {
        case "a": return "\u{07}"
        case "f": return "\u{0C}"
        case "t": return "\t"
        case "n": return "\n"
        case "r": return "\r"
        case "v": return "\u{0B}"
        case "x": return try hexadecimal()
        case "0": return octal(first: 0)
        case "1"..."7":
            // One digit alone would be a back-reference, which has no linear time.
            if let next = peek(), ("0"..."7").contains(next) { return octal(first: scalar.value - 48) }
            throw RegexError(description: "invalid escape sequence: \\\(scalar)")
        default:
            if scalar.value < 0x80, !RegexClass.isWord(scalar.value) { return scalar }
            if scalar == "_" { return scalar }
            throw RegexError(description: "invalid escape sequence: \\\(scalar)")
        }
    }

    private mutating func octal(first: UInt32) -> Unicode.Scalar {
        var value = first
        var digits = 1
        while digits < 3, let next = peek(), ("0"..."7").contains(next) {
            value = value * 8 + next.value - 48
            digits += 1
            position += 1
        }
        return Unicode.Scalar(value) ?? "\0"
    }

    private mutating func hexadecimal() throws(RegexError) -> Unicode.Scalar {
        var digits = ""
        if take("{") {
            while let next = peek(), next != "}" {
                digits.unicodeScalars.append(next)
                position += 1
            }
            _ = take("}")
        } else {
            while digits.count < 2, let next = peek() {
                digits.unicodeScalars.append(next)
                position += 1
            }
        }
        guard let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) else {
            throw RegexError(description: "invalid escape sequence: \\x\(digits)")
        }
        return scalar
    }

    /// A class after its opening bracket.
    mutating func bracket() throws(RegexError) -> [ClosedRange<UInt32>] {
        let negated = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        var first = true
        while first || peek() != "]" {
            first = false
            guard let scalar = peek() else { throw RegexError(description: "missing ]: \(text)") }
            if scalar == "[", peek(1) == ":" {
                if let named = try posixClass() {
                    ranges += flags.ignoresCase ? RegexClass.folded(named) : named
                    continue
                }
            }
            if scalar == "\\" {
                position += 1
                if let named = try namedClass() {
                    ranges += named
                    continue
                }
                position -= 1
            }
            let low = try classScalar()
            var high = low
            if peek() == "-", let next = peek(1), next != "]" {
                position += 1
                high = try classScalar()
                guard low.value <= high.value else {
                    throw RegexError(description: "invalid character class range: \(low)-\(high)")
                }
            }
            let range = [low.value...high.value]
            ranges += flags.ignoresCase ? RegexClass.folded(range) : range
        }
        position += 1
        let merged = RegexClass.merged(ranges)
        return negated ? RegexClass.inverted(merged) : merged
    }

    private mutating func classScalar() throws(RegexError) -> Unicode.Scalar {
        guard let scalar = peek() else { throw RegexError(description: "missing ]: \(text)") }
        position += 1
        return scalar == "\\" ? try escapedScalar() : scalar
    }

    private mutating func posixClass() throws(RegexError) -> [ClosedRange<UInt32>]? {
        var name = ""
        var offset = 2
        var negated = false
        if peek(offset) == "^" {
            negated = true
            offset += 1
        }
        while let letter = peek(offset), RegexClass.isWord(letter.value) {
            name.unicodeScalars.append(letter)
            offset += 1
        }
        guard peek(offset) == ":", peek(offset + 1) == "]" else { return nil }
        guard let ranges = RegexClass.posix(name) else {
            throw RegexError(description: "invalid character class range: [:\(name):]")
        }
        position += offset + 2
        return negated ? RegexClass.inverted(ranges) : ranges
    }
}
