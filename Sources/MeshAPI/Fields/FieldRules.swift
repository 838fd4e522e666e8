/// What a schema asks of a field besides its type.
public struct FieldRules: Sendable, Equatable {
    /// The field must be written.
    public var isRequired = false
    /// How many elements a list or map may have.
    public var items: ClosedRange<Int>?
    /// How many characters a string, or each string of a list or map, may have.
    public var length: ClosedRange<Int>?
    /// The range of a number.
    public var range: ClosedRange<Double>?
    /// Why the field should no longer be used, and what to use instead.
    public var deprecation: String?

    /// Nothing is asked.
    public static let none = FieldRules()
    /// The field must be written.
    public static let required: FieldRules = {
        var rules = FieldRules()
        rules.isRequired = true
        return rules
    }()
    /// At least the lower and at most the upper bound of elements.
    public static func items(_ range: ClosedRange<Int>) -> FieldRules { none.items(range) }
    /// At least the lower and at most the upper bound of characters.
    public static func length(_ range: ClosedRange<Int>) -> FieldRules { none.length(range) }
    /// A number in a range.
    public static func range(_ range: ClosedRange<Double>) -> FieldRules { none.range(range) }
    /// No longer to be used; the text says what to use instead.
    public static func deprecated(_ advice: String) -> FieldRules {
        var rules = none
        rules.deprecation = advice
        return rules
    }

    /// The same rules with a bound on the number of elements.
    public func items(_ range: ClosedRange<Int>) -> FieldRules {
        var rules = self
        rules.items = range
        return rules
    }

    /// The same rules with a bound on the number of characters.
    public func length(_ range: ClosedRange<Int>) -> FieldRules {
        var rules = self
        rules.length = range
        return rules
    }

    /// The same rules with a range of the number.
    public func range(_ range: ClosedRange<Double>) -> FieldRules {
        var rules = self
        rules.range = range
        return rules
    }
}
