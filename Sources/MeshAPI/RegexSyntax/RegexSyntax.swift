/// RE2's syntax of regular expressions.
public enum RegexSyntax {
    /// Parses an expression.
    ///
    /// The syntax is that of RE2 with Perl's extensions, without `\C`: what Istio's control plane and Envoy both accept.
    /// Back references and looking ahead or behind are not part of it.
    public static func parse(_ expression: String) throws(RegexProblem) -> RegexNode {
        var parser = RegexParser(expression)
        return try parser.parse()
    }

    /// What is wrong with an expression, or nil.
    public static func problem(_ expression: String) -> RegexProblem? {
        do {
            _ = try parse(expression)
            return nil
        } catch {
            return error
        }
    }
}
