/// A parsed regular expression in RE2's syntax.
public indirect enum RegexNode: Sendable, Equatable {
    /// Matches the empty string.
    case empty
    /// One character; in either case when `ignoringCase`.
    case literal(Unicode.Scalar, ignoringCase: Bool)
    /// One of a set of characters.
    case set(RegexSet)
    /// Any character; a line break only when `includingNewline`.
    case any(includingNewline: Bool)
    /// A place in the text, without a character.
    case assertion(RegexAssertion)
    /// One after the other.
    case concatenation([RegexNode])
    /// The first of several that leads to a match.
    case alternation([RegexNode])
    /// Repetitions; no upper bound when `max` is nil.
    case repetition(RegexNode, min: Int, max: Int?, greedy: Bool)
    /// A part that is captured under a number, counted from 1, and perhaps a name.
    case capture(RegexNode, index: Int, name: String?)
}

/// A place in a text.
public enum RegexAssertion: Sendable, Equatable {
    /// `^` in multi-line mode.
    case lineStart
    /// `$` in multi-line mode.
    case lineEnd
    /// `\A`, or `^`.
    case textStart
    /// `\z`, or `$`.
    case textEnd
    /// `\b`.
    case wordBoundary
    /// `\B`.
    case notWordBoundary
}

/// A set of characters.
public struct RegexSet: Sendable, Equatable {
    /// A part of a set.
    public enum Item: Sendable, Equatable {
        /// The characters from one to another.
        case range(ClosedRange<Unicode.Scalar>)
        /// The characters of a Unicode category or script, or all others.
        case property(String, inverted: Bool)
        /// The characters of a class such as `\d` or `[:alpha:]`, or all others.
        case named([ClosedRange<Unicode.Scalar>], inverted: Bool)
    }

    /// The parts; a character in any of them is in the set.
    public var items: [Item]
    /// Whether the set holds the characters that are in none of the parts.
    public var inverted: Bool
    /// Whether letters of either case are the same.
    public var ignoringCase: Bool

    /// A set of characters.
    public init(items: [Item], inverted: Bool, ignoringCase: Bool) {
        self.items = items
        self.inverted = inverted
        self.ignoringCase = ignoringCase
    }
}

/// Why a text isn't a regular expression.
public struct RegexProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public var reason: String
    /// The part of the expression.
    public var part: String

    /// `missing closing ]: `[``, in the words that RE2's ports share.
    public var description: String { "error parsing regexp: \(reason): `\(part)`" }
}
