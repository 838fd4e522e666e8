/// A condition on text.
public struct StringMatcher: BitwiseCopyable, Sendable {
    /// Which condition.
    public enum Kind: UInt8, BitwiseCopyable, Sendable {
        case exact, prefix, suffix, contains, regex
    }

    /// Which condition.
    public var kind = Kind.exact
    /// What is compared.
    public var text = FlatText()
    /// Whether ASCII letters are compared without case.
    public var ignoresCase = false
    /// The regular expression: one element for `regex`.
    public var regex = FlatArray<RegexProgram>()

    /// Whether `value` satisfies it.
    public func matches(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        switch kind {
        case .exact:
            ignoresCase
                ? ByteComparison.equalIgnoringCase(value, text.buffer)
                : ByteComparison.equal(value, text.buffer)
        case .prefix: ByteComparison.hasPrefix(value, text.buffer, ignoringCase: ignoresCase)
        case .suffix: ByteComparison.hasSuffix(value, text.buffer, ignoringCase: ignoresCase)
        case .contains: ByteComparison.contains(value, text.buffer, ignoringCase: ignoresCase)
        case .regex: regex[0].matchesWhole(value)
        }
    }
}

extension StringMatcher: CustomStringConvertible {
    public var description: String {
        switch kind {
        case .exact: "\"\(text)\""
        case .prefix: "\"\(text)*\""
        case .suffix: "\"*\(text)\""
        case .contains: "containing \"\(text)\""
        case .regex: "regex \"\(text)\""
        }
    }
}
