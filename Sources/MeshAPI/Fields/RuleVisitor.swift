/// Checks the fields of a message against the bounds of their schema.
struct RuleVisitor: FieldVisitor {
    let context: ValidationContext

    mutating func field<Value: ConfigFieldValue>(_ name: String, _ value: inout Value, _ rules: FieldRules) {
        if value.isAbsent {
            // A required text may be written and empty all the same.
            guard rules.isRequired, rules.length.map({ $0.lowerBound > 0 }) ?? false else { return }
        }
        context.path.push(.field(name))
        defer { context.path.pop() }
        if let advice = rules.deprecation { context.warn(.deprecatedField, advice) }
        value.check(rules, context)
    }
}
