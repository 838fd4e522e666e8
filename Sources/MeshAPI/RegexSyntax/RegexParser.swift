/// A recursive-descent parser of RE2's syntax.
struct RegexParser {
    struct Flags {
        var ignoringCase = false
        var multiline = false
        var dotMatchesNewline = false
        var ungreedy = false
    }

    let text: [Unicode.Scalar]
    var position = 0
    var flags = Flags()
    private var captures = 0
    private var names: Set<String> = []
    private var depth = 0

    private static let maximumDepth = 500
    private static let maximumRepeat = 1000

    init(_ expression: String) { text = Array(expression.unicodeScalars) }

    var current: Unicode.Scalar? { position < text.count ? text[position] : nil }

    func peek(_ offset: Int) -> Unicode.Scalar? { position + offset < text.count ? text[position + offset] : nil }

    func slice(_ start: Int, _ end: Int? = nil) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: text[min(start, text.count)..<min(end ?? text.count, text.count)])
        return String(view)
    }

    func problem(_ reason: String, from start: Int, to end: Int? = nil) -> RegexProblem {
        RegexProblem(reason: reason, part: slice(start, end))
    }

    mutating func parse() throws(RegexProblem) -> RegexNode {
        let node = try parseAlternation()
        guard position == text.count else { throw RegexProblem(reason: "unexpected )", part: slice(0)) }
        try checkSize(node)
        return node
    }

    private mutating func parseAlternation() throws(RegexProblem) -> RegexNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw RegexProblem(reason: "expression nests too deeply", part: slice(0)) }
        let outer = flags
        defer { flags = outer }
        var branches = [try parseConcatenation()]
        while current == "|" {
            position += 1
            branches.append(try parseConcatenation())
        }
        return branches.count == 1 ? branches[0] : .alternation(branches)
    }

    private mutating func parseConcatenation() throws(RegexProblem) -> RegexNode {
        var nodes: [RegexNode] = []
        while let scalar = current, scalar != "|", scalar != ")" {
            let start = position
            if let count = try takeRepetition() {
                guard let last = nodes.popLast() else { throw problem("missing argument to repetition operator", from: start, to: position) }
                var greedy = true
                if current == "?" {
                    position += 1
                    greedy = false
                }
                let after = position
                if try takeRepetition() != nil {
                    if current == "?" { position += 1 }
                    throw problem("invalid nested repetition operator", from: start, to: max(position, after))
                }
                nodes.append(.repetition(last, min: count.min, max: count.max, greedy: greedy != flags.ungreedy))
            } else {
                try parseAtom(into: &nodes)
            }
        }
        return switch nodes.count {
        case 0: .empty
        case 1: nodes[0]
        default: .concatenation(nodes)
        }
    }

    /// Takes `*`, `+`, `?` or `{n,m}`; a brace that isn't a count is a literal.
    private mutating func takeRepetition() throws(RegexProblem) -> (min: Int, max: Int?)? {
        switch current {
        case "*": position += 1; return (0, nil)
        case "+": position += 1; return (1, nil)
        case "?": position += 1; return (0, 1)
        case "{": return try takeCount()
        default: return nil
        }
    }

    private mutating func takeCount() throws(RegexProblem) -> (min: Int, max: Int?)? {
        let start = position
        position += 1
        guard let low = takeNumber() else { position = start; return nil }
        var high: Int? = low
        if current == "," {
            position += 1
            high = nil
            if current != "}" {
                guard let number = takeNumber() else { position = start; return nil }
                high = number
            }
        }
        guard current == "}" else { position = start; return nil }
        position += 1
        if low > Self.maximumRepeat || (high ?? 0) > Self.maximumRepeat || (high ?? low) < low {
            throw problem("invalid repeat count", from: start, to: position)
        }
        return (low, high)
    }

    private mutating func takeNumber() -> Int? {
        let start = position
        while let scalar = current, ("0"..."9").contains(scalar) { position += 1 }
        let digits = slice(start, position)
        guard !digits.isEmpty, digits.count == 1 || digits.first != "0" else { return nil }
        return Int(digits) ?? Int.max
    }

    private mutating func parseAtom(into nodes: inout [RegexNode]) throws(RegexProblem) {
        let start = position
        guard let scalar = current else { return }
        switch scalar {
        case "(": if let node = try parseGroup() { nodes.append(node) }
        case "[": nodes.append(.set(try parseSet()))
        case "\\": try parseEscape(into: &nodes)
        case ".":
            position += 1
            nodes.append(.any(includingNewline: flags.dotMatchesNewline))
        case "^":
            position += 1
            nodes.append(.assertion(flags.multiline ? .lineStart : .textStart))
        case "$":
            position += 1
            nodes.append(.assertion(flags.multiline ? .lineEnd : .textEnd))
        default:
            position = start + 1
            nodes.append(.literal(scalar, ignoringCase: flags.ignoringCase))
        }
    }

    private mutating func parseGroup() throws(RegexProblem) -> RegexNode? {
        let start = position
        position += 1
        guard current == "?" else {
            captures += 1
            let index = captures
            return .capture(try parseGroupBody(start), index: index, name: nil)
        }
        if peek(1) == "P", peek(2) == "<" { return try parseNamedGroup(start, nameAt: position + 3) }
        if peek(1) == "<", peek(2) != "=", peek(2) != "!" { return try parseNamedGroup(start, nameAt: position + 2) }
        return try parseFlags(start)
    }

    private mutating func parseGroupBody(_ start: Int) throws(RegexProblem) -> RegexNode {
        let node = try parseAlternation()
        guard current == ")" else { throw RegexProblem(reason: "missing closing )", part: slice(0)) }
        position += 1
        return node
    }

    private mutating func parseNamedGroup(_ start: Int, nameAt: Int) throws(RegexProblem) -> RegexNode {
        guard let end = text[nameAt...].firstIndex(of: ">") else { throw problem("invalid named capture", from: start) }
        let name = slice(nameAt, end)
        let isWord = name.unicodeScalars.allSatisfy { RegexClasses.isWord($0) }
        guard !name.isEmpty, isWord, names.insert(name).inserted else { throw problem("invalid named capture", from: start, to: end + 1) }
        position = end + 1
        captures += 1
        let index = captures
        return .capture(try parseGroupBody(start), index: index, name: name)
    }

    /// `(?i)` until the end of the group, or `(?i:...)`.
    private mutating func parseFlags(_ start: Int) throws(RegexProblem) -> RegexNode? {
        position += 1
        var changed = flags
        var value = true
        var hasFlag = false
        while let scalar = current {
            position += 1
            switch scalar {
            case "i": changed.ignoringCase = value; hasFlag = true
            case "m": changed.multiline = value; hasFlag = true
            case "s": changed.dotMatchesNewline = value; hasFlag = true
            case "U": changed.ungreedy = value; hasFlag = true
            case "-" where value:
                value = false
                hasFlag = false
            case ")" where value || hasFlag:
                flags = changed
                return nil
            case ":" where value || hasFlag:
                let outer = flags
                flags = changed
                defer { flags = outer }
                return try parseGroupBody(start)
            default: throw problem("invalid or unsupported Perl syntax", from: start, to: position)
            }
        }
        throw problem("missing closing )", from: 0)
    }

    /// Repetitions inside repetitions multiply; their product is bounded like a single one.
    private func checkSize(_ node: RegexNode) throws(RegexProblem) {
        if Self.product(node) > Self.maximumRepeat { throw RegexProblem(reason: "invalid repeat count", part: slice(0)) }
    }

    private static func product(_ node: RegexNode) -> Int {
        switch node {
        case .empty, .literal, .set, .any, .assertion: return 1
        case .concatenation(let nodes), .alternation(let nodes): return nodes.map(product).max() ?? 1
        case .capture(let inner, _, _): return product(inner)
        case .repetition(let inner, let min, let max, _):
            let (result, overflow) = product(inner).multipliedReportingOverflow(by: Swift.max(1, max ?? min))
            return overflow ? Int.max : result
        }
    }
}
