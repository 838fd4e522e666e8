import MeshAPI
import Testing

@Suite struct `RE2 syntax` {
    @Test(arguments: [
        "", ".*", "^/a(b|c)?$", "a{2,3}", "a{2,}?", "a{,3}", "a{b", "[a-z]", "[^]a]", "[]a]", "[a-]", "[-a]", "[[:alpha:]_]", "\\d+\\.\\w*", "\\pL\\p{Greek}\\P{^Lu}",
        "(?i)abc(?-i:d)", "(?P<name>x)(?<other>y)", "(?:x)", "\\Qa.b*\\E+", "\\x41\\x{1F426}", "\\101\\0", "a|b||c", "()", "(|a)*", "\\bfoo\\B", "\\A\\z",
        "[\\d\\-x]", "日本語+", "\\-\\/\\_", "(?U)a+", "(?s).", "^*", "a??", "[[:^digit:]]", "[a&&b]", "x{0}", "((((((a))))))", "(?i)(?s)a", "]", "}", "a{1000}",
    ]) func `is accepted`(expression: String) {
        #expect(RegexSyntax.problem(expression) == nil)
    }

    @Test(arguments: [
        ("[", "missing closing ]: `[`"), ("a[b", "missing closing ]: `[b`"), ("(", "missing closing ): `(`"), ("a(b", "missing closing ): `a(b`"),
        (")", "unexpected ): `)`"), ("*", "missing argument to repetition operator: `*`"), ("?", "missing argument to repetition operator: `?`"),
        ("(*)", "missing argument to repetition operator: `*`"), ("a|+", "missing argument to repetition operator: `+`"),
        ("a**", "invalid nested repetition operator: `**`"), ("a+?*", "invalid nested repetition operator: `+?*`"), ("a{1001}", "invalid repeat count: `{1001}`"),
        ("a{3,2}", "invalid repeat count: `{3,2}`"), ("[z-a]", "invalid character class range: `z-a`"), ("\\", "trailing backslash at end of expression: ``"),
        ("\\8", "invalid escape sequence: `\\8`"), ("\\1", "invalid escape sequence: `\\1`"), ("\\y", "invalid escape sequence: `\\y`"),
        ("\\Z", "invalid escape sequence: `\\Z`"), ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"), ("(?!a)", "invalid or unsupported Perl syntax: `(?!`"),
        ("(?<=a)b", "invalid or unsupported Perl syntax: `(?<`"), ("(?<!a)b", "invalid or unsupported Perl syntax: `(?<`"),
        ("(?P<a>x)(?P<a>y)", "invalid named capture: `(?P<a>`"), ("(?P<a-b>x)", "invalid named capture: `(?P<a-b>`"), ("\\p{Klingon}", "invalid character class range: `\\p{Klingon}`"),
        ("[[:foo:]]", "invalid character class range: `[:foo:]`"), ("\\x{110000}", "invalid escape sequence: `\\x{110000}`"), ("(a{100}){100}", "invalid repeat count: `(a{100}){100}`"),
        ("(?z)", "invalid or unsupported Perl syntax: `(?z`"),
    ]) func `is refused with a reason`(expression: String, reason: String) {
        #expect(RegexSyntax.problem(expression)?.description == "error parsing regexp: \(reason)")
    }

    @Test func `is parsed into a tree`() throws {
        #expect(
            try RegexSyntax.parse("^a(?i:B)+|[c-d\\d](?P<n>.)*?")
                == .alternation([
                    .concatenation([
                        .assertion(.textStart), .literal("a", ignoringCase: false),
                        .repetition(.literal("B", ignoringCase: true), min: 1, max: nil, greedy: true),
                    ]),
                    .concatenation([
                        .set(RegexSet(items: [.range("c"..."d"), .named(["0"..."9"], inverted: false)], inverted: false, ignoringCase: false)),
                        .repetition(.capture(.any(includingNewline: false), index: 1, name: "n"), min: 0, max: nil, greedy: false),
                    ]),
                ]))
    }

    @Test func `numbers groups from left to right`() throws {
        guard case .capture(.concatenation(let nodes), 1, nil) = try RegexSyntax.parse("((a)(b))") else {
            Issue.record("not a group")
            return
        }
        #expect(nodes == [.capture(.literal("a", ignoringCase: false), index: 2, name: nil), .capture(.literal("b", ignoringCase: false), index: 3, name: nil)])
    }
}
