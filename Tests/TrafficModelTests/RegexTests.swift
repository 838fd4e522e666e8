import Testing

@testable import TrafficModel

struct RegexTests {
    /// Pattern, texts that match as a whole, texts that don't.
    static let table: [(String, [String], [String])] = [
        ("", [""], ["a"]),
        (".*", ["", "/", "/a/b?c", "ä"], ["a\nb"]),
        ("/foo/.*", ["/foo/", "/foo/x"], ["/foo", "/fo/x"]),
        ("/foo/[a-z]+", ["/foo/a", "/foo/abc"], ["/foo/", "/foo/A", "/foo/a1"]),
        ("a|b", ["a", "b"], ["", "ab", "c"]),
        ("ab|cd", ["ab", "cd"], ["abd", "acd"]),
        ("(ab|a)(bc)?", ["ab", "a", "abbc", "abc"], ["abcb"]),
        ("a*?", ["", "aaa"], ["b"]),
        ("(a+)+b", ["ab", "aaab"], ["a", "b", "aac"]),
        ("a{3}", ["aaa"], ["aa", "aaaa"]),
        ("a{2,}", ["aa", "aaaaa"], ["a"]),
        ("a{1,2}b", ["ab", "aab"], ["b", "aaab"]),
        ("a{,2}", ["a{,2}"], ["aa"]),
        ("x{", ["x{"], ["x"]),
        ("[^/]+", ["abc"], ["", "a/b"]),
        ("[]a]+", ["]a]"], ["b"]),
        ("[a\\-z]+", ["a-z"], ["b"]),
        ("[[:alpha:]_]+", ["aZ_"], ["1"]),
        ("[[:^alpha:]]", ["1"], ["a"]),
        ("\\d+\\.\\d+", ["1.2", "10.20"], ["1x2", "1."]),
        ("\\w+\\W\\w+", ["ab-cd"], ["abcd", "ab--cd"]),
        ("\\s\\S", [" a", "\ta"], ["aa", "  "]),
        ("(?i)abc", ["abc", "ABC", "aBc"], ["abd"]),
        ("(?i:a)b", ["ab", "Ab"], ["aB", "AB"]),
        ("a(?i)b|c", ["ab", "aB", "c", "C"], ["Ab"]),
        ("(?s)a.b", ["a\nb", "axb"], ["ab"]),
        ("a.b", ["axb", "aéb"], ["a\nb", "ab"]),
        ("^abc$", ["abc"], ["xabc", "abcx"]),
        ("\\Aabc\\z", ["abc"], ["abcd"]),
        ("a^b", [], ["ab", "a"]),
        ("(^a|b)c", ["ac", "bc"], ["abc"]),
        ("a\\b-b", ["a-b"], ["ab"]),
        ("\\bfoo\\b", ["foo"], ["xfoo", "foox"]),
        ("a\\Bb", ["ab"], ["a b"]),
        ("(?m)a$\n^b", ["a\nb"], ["ab"]),
        ("\\Qa.b\\E+", ["a.b"], ["axb"]),
        ("\\x41\\x{42}", ["AB"], ["ab"]),
        ("\\.\\*", [".*"], ["ab"]),
        ("ä+", ["ä", "ää"], ["a"]),
        ("[à-ü]", ["é"], ["e"]),
        ("\\p{Lu}\\p{Ll}*", ["Éa", "Aä"], ["aA"]),
        ("\\PN+", ["abc"], ["1"]),
        ("(?P<name>a)(?<other>b)", ["ab"], ["ba"]),
        ("(?:a|b)*c", ["c", "abac"], ["ab"]),
        ("(|a)*b", ["b", "aab"], ["a"]),
        ("(a?){3}a{3}", ["aaa", "aaaaaa"], ["aa"]),
        ("[^\\n]*", ["abc"], ["a\nb"]),
        ("https?://.+", ["http://a", "https://b"], ["ftp://a", "http://"]),
    ]

    @Test(arguments: table) func wholeTextMatchesAsRE2Says(pattern: String, yes: [String], no: [String]) throws {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let program = try RegexProgram(pattern, in: arena)
        for (text, expected) in yes.map({ ($0, true) }) + no.map({ ($0, false) }) {
            text.withBuffer { bytes in
                var steps = 0
                #expect(program.matchesWhole(bytes) == expected, "\(pattern) on \(text)")
                #expect(program.simulateWhole(bytes, steps: &steps) == expected, "simulated \(pattern) on \(text)")
            }
        }
    }

    static let broken = [
        "(", ")", "a)", "[a", "[z-a]", "a**", "*a", "+", "?", "a{1001}", "a{2,1}", "\\", "\\q", "(?=a)", "(?!a)",
        "(?<=a)", "(?P<1 2>a)", "(?P<n>a)(?P<n>b)", "\\1", "(a)\\1", "[[:nope:]]", "\\p{Nope}", "((a{1000}){1000}){9}",
    ]

    @Test(arguments: broken) func brokenPatternsAreRefused(pattern: String) {
        #expect(throws: RegexError.self) { try RegexProgram(pattern, in: Arena()) }
    }

    /// Pattern, substitution, text, result.
    static let rewrites: [(String, String, String, String)] = [
        ("/foo/(.*)", "/bar/\\1", "/foo/x/y", "/bar/x/y"),
        ("^/service/([^/]+)(/.*)$", "\\2/instance/\\1", "/service/foo/v1/api", "/v1/api/instance/foo"),
        ("one", "two", "/xxx/one/yyy/one/zzz", "/xxx/two/yyy/two/zzz"),
        ("^(.*?)one(.*)$", "\\1two\\2", "/xxx/one/yyy/one/zzz", "/xxx/two/yyy/one/zzz"),
        ("(?i)/xxx/", "/yyy/", "/aaa/XxX/bbb", "/aaa/yyy/bbb"),
        ("x*", "-", "abc", "-a-b-c-"),
        ("a|ab", "<\\0>", "ab", "<a>b"),
        ("b+", "", "abbc", "ac"),
        ("(a)|(b)", "[\\1\\2]", "ab", "[a][b]"),
        ("\\bx", "y", "x ax x", "y ax y"),
        ("nothing", "x", "/a", "/a"),
    ]

    @Test(arguments: rewrites)
    func everyMatchIsReplaced(pattern: String, substitution: String, text: String, result: String) throws {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let rewrite = RegexRewrite(
            pattern: try RegexProgram(pattern, in: arena), substitution: arena.text(substitution))
        #expect(ByteWriter.string { writer in text.withBuffer { rewrite.write($0, into: &writer) } } == result)
    }

    /// Backtracking engines need 2^n steps for these.
    @Test(arguments: ["(a+)+b", "(a|a)*b", "(a*)*b", "(a|aa)+b", "(x+x+)+y"])
    func hostilePatternsTakeLinearTime(pattern: String) throws {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let program = try RegexProgram(pattern, in: arena)
        func steps(_ count: Int) -> Int {
            var steps = 0
            String(repeating: pattern.contains("x") ? "x" : "a", count: count).withBuffer {
                #expect(!program.simulateWhole($0, steps: &steps))
            }
            return steps
        }
        let small = steps(1000)
        let large = steps(10_000)
        #expect(large < small * 11)
        #expect(small < 1000 * program.instructions.count * 2)
    }

    @Test func manyRandomPatternsAgreeWithBacktracking() throws {
        var generator = SeededGenerator(state: 7)
        for _ in 0..<1500 {
            let syntax = RandomPattern.make(depth: 3, &generator)
            let pattern = RandomPattern.text(syntax)
            let arena = Arena()
            defer { withExtendedLifetime(arena) {} }
            let program = try RegexProgram(pattern, in: arena)
            for _ in 0..<6 {
                let text = String((0..<Int.random(in: 0...6, using: &generator)).map { _ in
                    ["a", "b", "c"].randomElement(using: &generator) ?? "a"
                }.joined())
                let expected = RandomPattern.matches(syntax, Array(text))
                text.withBuffer { bytes in
                    var steps = 0
                    #expect(program.matchesWhole(bytes) == expected, "\(pattern) on \(text)")
                    #expect(program.simulateWhole(bytes, steps: &steps) == expected, "simulated \(pattern) on \(text)")
                }
            }
        }
    }

    @Test func bytesThatAreNotUTF8MatchNoDot() throws {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let dot = try RegexProgram(".*", in: arena)
        let byte = try RegexProgram("\\C*", in: arena)
        let bytes: [UInt8] = [0x61, 0xFF, 0x62]
        bytes.withUnsafeBufferPointer {
            #expect(!dot.matchesWhole($0))
            #expect(byte.matchesWhole($0))
        }
    }
}

/// Small random patterns with a naive matcher of their own.
indirect enum RandomPattern {
    case letter(Character)
    case any
    case both(RandomPattern, RandomPattern)
    case either(RandomPattern, RandomPattern)
    case star(RandomPattern)
    case optional(RandomPattern)

    static func make(depth: Int, _ generator: inout SeededGenerator) -> RandomPattern {
        let kind = depth == 0 ? Int.random(in: 0...3, using: &generator) : Int.random(in: 0...7, using: &generator)
        switch kind {
        case 0, 1, 2: return .letter(["a", "b", "c"][kind])
        case 3: return .any
        case 4, 5:
            return .both(make(depth: depth - 1, &generator), make(depth: depth - 1, &generator))
        case 6: return .either(make(depth: depth - 1, &generator), make(depth: depth - 1, &generator))
        default:
            let inner = make(depth: depth - 1, &generator)
            return Bool.random(using: &generator) ? .star(inner) : .optional(inner)
        }
    }

    static func text(_ pattern: RandomPattern) -> String {
        switch pattern {
        case .letter(let letter): String(letter)
        case .any: "."
        case .both(let a, let b): text(a) + text(b)
        case .either(let a, let b): "(?:\(text(a))|\(text(b)))"
        case .star(let a): "(\(text(a)))*"
        case .optional(let a): "(?:\(text(a)))?"
        }
    }

    static func matches(_ pattern: RandomPattern, _ text: [Character]) -> Bool {
        ends(pattern, text, [0]).contains(text.count)
    }

    /// Every place where a match that starts at one of `starts` can end.
    private static func ends(_ pattern: RandomPattern, _ text: [Character], _ starts: Set<Int>) -> Set<Int> {
        switch pattern {
        case .letter(let letter): Set(starts.filter { $0 < text.count && text[$0] == letter }.map { $0 + 1 })
        case .any: Set(starts.filter { $0 < text.count }.map { $0 + 1 })
        case .both(let a, let b): ends(b, text, ends(a, text, starts))
        case .either(let a, let b): ends(a, text, starts).union(ends(b, text, starts))
        case .optional(let a): starts.union(ends(a, text, starts))
        case .star(let a): closure(a, text, starts)
        }
    }

    private static func closure(_ pattern: RandomPattern, _ text: [Character], _ starts: Set<Int>) -> Set<Int> {
        var all = starts
        while true {
            let more = all.union(ends(pattern, text, all))
            if more == all { return all }
            all = more
        }
    }
}
