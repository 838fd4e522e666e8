/// A parsed regular expression.
indirect enum RegexSyntax: Equatable {
    case empty
    /// One code point of a sorted list of ranges. Never empty ranges: a class
    /// of nothing has no range and matches nothing.
    case set([ClosedRange<UInt32>])
    /// Any one byte (`\C`).
    case anyByte
    case sequence([RegexSyntax])
    case alternatives([RegexSyntax])
    case repetition(RegexSyntax, minimum: Int, maximum: Int?, greedy: Bool)
    case group(RegexSyntax, index: Int)
    case assertion(RegexAssertion)
}

/// A condition on a place between two bytes.
enum RegexAssertion: UInt8, BitwiseCopyable, Sendable {
    case textStart, textEnd, lineStart, lineEnd, wordBoundary, notWordBoundary
}

/// Why a pattern can't be used.
struct RegexError: Error, Equatable, CustomStringConvertible {
    /// In RE2's words where it has them.
    var description: String
}
