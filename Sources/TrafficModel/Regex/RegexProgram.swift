/// A regular expression with RE2's syntax and meaning, compiled. Matching takes
/// time linear in the text, whatever the pattern.
public struct RegexProgram: BitwiseCopyable, Sendable {
    /// How the pattern is matched when the whole text must match.
    enum Strategy: UInt8, BitwiseCopyable, Sendable {
        /// `.*` and the like, and the text has no line break: always.
        case anything
        /// The pattern is text: compare.
        case literal
        /// Text and then `.*`: compare the beginning.
        case literalPrefix
        /// A complete automaton, one table look-up for each byte.
        case automaton
        /// A simulation of the nondeterministic automaton.
        case simulation
    }

    /// The pattern as written.
    public var pattern = FlatText()
    /// Number of groups, without the whole match.
    public var groups = 0
    var strategy = Strategy.literal
    var literal = FlatText()
    var automaton = RegexAutomaton()
    var instructions = FlatArray<RegexInstruction>()

    init() {}
}
