extension StringMatch {
    /// Judges the comparison of what Istio's messages call `subject`.
    func validate(_ subject: String, _ context: ValidationContext) {
        switch self {
        case .prefix(""):
            context.error(.invalidMatch, "\"\(subject)\": prefix string match should not be empty; write {} to ask that it is there")
        case .regex(let expression): context.checkRegex(expression, subject)
        case .exact, .prefix, .present: break
        }
    }
}

extension ValidationContext {
    func checkRegex(_ expression: String, _ subject: String) {
        if expression.isEmpty {
            error(.invalidRegex, "\"\(subject)\": regex string match should not be empty")
        } else if expression.utf8.count > 1024 {
            error(.invalidRegex, "\"\(subject)\": regex is too large, max length allowed is 1024")
        } else if let problem = RegexSyntax.problem(expression) {
            error(
                .invalidRegex,
                "\"\(subject)\": \(problem); Istio uses RE2 style regex-based match (https://github.com/google/re2/wiki/Syntax)")
        }
    }

    func checkStringMatch(_ field: String, _ match: StringMatch?) {
        guard let match else { return }
        inside(field) { match.validate(field, self) }
    }

    func checkStringMatches(_ field: String, _ matches: [String: StringMatch]) {
        each(field, matches) { _, match in match.validate(field, self) }
    }
}
