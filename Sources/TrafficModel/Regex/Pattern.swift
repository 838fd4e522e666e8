/// A regular expression with RE2's syntax that owns its memory, for those who
/// keep it longer than the tables it came from.
public final class Pattern: Sendable {
    /// The pattern as written.
    public let text: String
    private let arena: Arena
    private let program: RegexProgram

    /// Nil when `text` is no regular expression.
    public init?(_ text: String) {
        let arena = Arena()
        guard let program = try? RegexProgram(text, in: arena) else { return nil }
        self.text = text
        self.arena = arena
        self.program = program
    }

    /// Whether all of `text` matches.
    public func matchesWhole(_ text: String) -> Bool {
        var text = text
        return withExtendedLifetime(arena) {
            text.withUTF8 { program.matchesWhole($0) }
        }
    }
}
