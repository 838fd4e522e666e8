extension RegexProgram {
    /// Compiles a pattern into `arena`; the error says what is wrong in RE2's words.
    init(_ source: String, in arena: Arena) throws(RegexError) {
        let (syntax, groups) = try RegexParser.parse(source)
        let compiled = try RegexCompiler.compile(syntax)
        pattern = arena.text(source)
        self.groups = groups
        instructions = arena.array(compiled)
        let parts = RegexProgram.flattened(syntax)
        let text = RegexProgram.literalBytes(parts[...])
        if let text {
            strategy = .literal
            literal = arena.text(text)
            return
        }
        if let automaton = RegexAutomatonBuilder.build(compiled, in: arena) {
            strategy = .automaton
            self.automaton = automaton
        } else {
            strategy = .simulation
        }
        // The automaton stays: it decides texts with bytes that `.` may not take.
        let isRest = parts.last == .repetition(
            .set(RegexClass.everythingButLineBreak), minimum: 0, maximum: nil, greedy: true)
        if isRest, strategy == .automaton, let prefix = RegexProgram.literalBytes(parts.dropLast()) {
            strategy = prefix.isEmpty ? .anything : .literalPrefix
            literal = arena.text(prefix)
        }
    }

    private static func flattened(_ syntax: RegexSyntax) -> [RegexSyntax] {
        switch syntax {
        case .empty: []
        case .sequence(let parts): parts.flatMap(flattened)
        case .group(let body, _): flattened(body)
        default: [syntax]
        }
    }

    private static func literalBytes(_ parts: ArraySlice<RegexSyntax>) -> [UInt8]? {
        var bytes: [UInt8] = []
        for part in parts {
            guard case .set(let ranges) = part, ranges.count == 1, let range = ranges.first, range.count == 1,
                let scalar = Unicode.Scalar(range.lowerBound), let encoded = Unicode.UTF8.encode(scalar)
            else { return nil }
            bytes += Array(encoded)
        }
        return bytes
    }
}
