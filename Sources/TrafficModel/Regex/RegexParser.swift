/// Reads RE2 syntax.
struct RegexParser {
    struct Flags {
        var ignoresCase = false
        var multiline = false
        var dotMatchesLineBreak = false
        var ungreedy = false
    }

    private static let maximumRepetition = 1000
    private static let maximumDepth = 200

    let scalars: [Unicode.Scalar]
    var position = 0
    var flags = Flags()
    var groups = 0
    private var names: Set<String> = []
    private var depth = 0

    init(_ pattern: String) {
        scalars = Array(pattern.unicodeScalars)
    }

    static func parse(_ pattern: String) throws(RegexError) -> (syntax: RegexSyntax, groups: Int) {
        var parser = RegexParser(pattern)
        let syntax = try parser.alternatives()
        if parser.peek() != nil { throw RegexError(description: "unexpected ): \(pattern)") }
        return (syntax, parser.groups)
    }

    func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
        position + ahead < scalars.count ? scalars[position + ahead] : nil
    }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek() == scalar else { return false }
        position += 1
        return true
    }

    private mutating func alternatives() throws(RegexError) -> RegexSyntax {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw RegexError(description: "expression nests too deeply") }
        let outer = flags
        defer { flags = outer }
        var choices = [try sequence()]
        while take("|") { choices.append(try sequence()) }
        return choices.count == 1 ? choices[0] : .alternatives(choices)
    }

    private mutating func sequence() throws(RegexError) -> RegexSyntax {
        var parts: [RegexSyntax] = []
        while let next = peek(), next != "|", next != ")" {
            guard var part = try atom() else { continue }
            var repeated = false
            while let (minimum, maximum) = try quantifier() {
                if repeated { throw RegexError(description: "bad repetition operator") }
                let lazy = take("?")
                part = .repetition(part, minimum: minimum, maximum: maximum, greedy: lazy == flags.ungreedy)
                repeated = true
            }
            parts.append(part)
        }
        switch parts.count {
        case 0: return .empty
        case 1: return parts[0]
        default: return .sequence(parts)
        }
    }

    private mutating func quantifier() throws(RegexError) -> (Int, Int?)? {
        switch peek() {
        case "*":
            position += 1
            return (0, nil)
        case "+":
            position += 1
            return (1, nil)
        case "?":
            position += 1
            return (0, 1)
        case "{":
            guard let (minimum, maximum, length) = bounds() else { return nil }
            position += length
            if minimum > Self.maximumRepetition || (maximum ?? 0) > Self.maximumRepetition
                || (maximum ?? minimum) < minimum
            {
                throw RegexError(description: "bad repetition operator")
            }
            return (minimum, maximum)
        default: return nil
        }
    }

    /// `{n}`, `{n,}` or `{n,m}` at this place; any other brace is a literal.
    private func bounds() -> (Int, Int?, Int)? {
        var offset = 1
        func number() -> Int? {
            var value = 0
            var digits = 0
            while let scalar = peek(offset), scalar.value &- 48 < 10 {
                value = Swift.min(value * 10 + Int(scalar.value - 48), 100_000)
                digits += 1
                offset += 1
            }
            return digits > 0 ? value : nil
        }
        guard let minimum = number() else { return nil }
        if peek(offset) == "}" { return (minimum, minimum, offset + 1) }
        guard peek(offset) == "," else { return nil }
        offset += 1
        if peek(offset) == "}" { return (minimum, nil, offset + 1) }
        guard let maximum = number(), peek(offset) == "}" else { return nil }
        return (minimum, maximum, offset + 1)
    }

    private mutating func atom() throws(RegexError) -> RegexSyntax? {
        guard let scalar = peek() else { return nil }
        position += 1
        switch scalar {
        case "(": return try parenthesis()
        case "[": return .set(try bracket())
        case ".":
            return .set(flags.dotMatchesLineBreak ? RegexClass.everything : RegexClass.everythingButLineBreak)
        case "^": return .assertion(flags.multiline ? .lineStart : .textStart)
        case "$": return .assertion(flags.multiline ? .lineEnd : .textEnd)
        case "\\": return try escape()
        case "*", "+", "?": throw RegexError(description: "no argument for repetition operator: \(scalar)")
        default: return literal(scalar)
        }
    }

    func literal(_ scalar: Unicode.Scalar) -> RegexSyntax {
        let ranges = [scalar.value...scalar.value]
        return .set(flags.ignoresCase ? RegexClass.folded(ranges) : ranges)
    }

    private mutating func parenthesis() throws(RegexError) -> RegexSyntax? {
        guard take("?") else {
            groups += 1
            let index = groups
            let body = try alternatives()
            guard take(")") else { throw RegexError(description: "missing ): \(text)") }
            return .group(body, index: index)
        }
        if peek() == "P", peek(1) == "<" { position += 1 }
        if peek() == "<", peek(1) != "=", peek(1) != "!" {
            position += 1
            return try namedGroup()
        }
        var changed = flags
        var value = true
        while let scalar = peek() {
            position += 1
            switch scalar {
            case "i": changed.ignoresCase = value
            case "m": changed.multiline = value
            case "s": changed.dotMatchesLineBreak = value
            case "U": changed.ungreedy = value
            case "-" where value: value = false
            case ")":
                flags = changed
                return nil
            case ":":
                let outer = flags
                flags = changed
                let body = try alternatives()
                flags = outer
                guard take(")") else { throw RegexError(description: "missing ): \(text)") }
                return body == .empty ? .sequence([]) : body
            default:
                throw RegexError(description: "invalid perl operator: (?\(scalar)")
            }
        }
        throw RegexError(description: "missing ): \(text)")
    }

    private mutating func namedGroup() throws(RegexError) -> RegexSyntax {
        var name = ""
        while let scalar = peek(), scalar != ">" {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        let valid = !name.isEmpty && name.unicodeScalars.allSatisfy { RegexClass.isWord($0.value) }
        guard take(">"), valid, names.insert(name).inserted else {
            throw RegexError(description: "invalid named capture group: (?P<\(name)>")
        }
        groups += 1
        let index = groups
        let body = try alternatives()
        guard take(")") else { throw RegexError(description: "missing ): \(text)") }
        return .group(body, index: index)
    }

    var text: String {
        String(String.UnicodeScalarView(scalars))
    }
}
