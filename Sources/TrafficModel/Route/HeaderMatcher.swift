/// A condition on one header of a request.
public struct HeaderMatcher: BitwiseCopyable, Sendable {
    /// Which part of a request a name stands for.
    public enum Source: UInt8, BitwiseCopyable, Sendable {
        case header
        /// `:method`
        case method
        /// `:path`
        case path
        /// `:authority` or `host`
        case authority
        /// `:scheme`
        case scheme
    }

    /// Which condition.
    public enum Kind: UInt8, BitwiseCopyable, Sendable {
        case present, absent, text
        /// `range.0 <= number < range.1`
        case range
    }

    /// Which part of the request.
    public var source = Source.header
    /// The header's name, in lower case.
    public var name = FlatText()
    /// Which condition.
    public var kind = Kind.present
    /// The condition on the value, for `text`.
    public var value = StringMatcher()
    /// First number of the range.
    public var rangeStart: Int64 = 0
    /// One past the last number of the range.
    public var rangeEnd: Int64 = 0
    /// Whether the condition must not hold.
    public var inverted = false
    /// A header that is absent counts as empty.
    public var treatsMissingAsEmpty = false
}

extension HeaderMatcher: CustomStringConvertible {
    public var description: String {
        let condition =
            switch kind {
            case .present: "present"
            case .absent: "absent"
            case .text: value.description
            case .range: "in [\(rangeStart), \(rangeEnd))"
            }
        return "\(name) \(inverted ? "not " : "")\(condition)"
    }
}
