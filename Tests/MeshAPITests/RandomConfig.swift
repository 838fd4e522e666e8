import MeshAPI

/// Makes configuration that a schema allows; the same seed makes the same configuration.
struct RandomConfig {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    private mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    private mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }

    private static let strings = [
        "a", "foo.bar.global", "*.example.com", "yes", "on", "null", "~", "0x1f", "010", "1.5", "-", "- a", "a: b", "a #b", " lead", "trail ",
        "tab\there", "two\nlines", "two\nlines\n", "\n", "\n\n", "  deep\n indent\n", "it's", "say \"so\"", "{}", "[x]", "@at", "`tick`", "100%", "%d",
        "émile", "日本語", "\u{1f426}", "\u{85}", "\u{2028}", "\u{7}", "1:30", "2021-07-01", "2001:db8::1", "---", "...", "<<", "=", "!", "&a", "*a", "?x",
        "key:", ":", "#c", "12e3", "1_000", "+1", ".5", ".inf", "y", "N", "True", "\\", "a\\b", "\r", "a\r\nb", "x \ny", "ends\n\n",
    ]

    mutating func value(of schema: FieldSchema, atLeast count: Int = 0) -> ConfigValue {
        switch schema {
        case .string: return .string(pick(Self.strings))
        case .bytes: return "aGVsbG8="
        case .duration: return .string(pick(["1s", "0s", "1.5s", "100ms", "2m30s", "1h", "0.000000001s", "-3s"]))
        case .bool: return .bool(next() % 2 == 0)
        case .integer(let range):
            let choices = [0, 1, 80, 443, -1, 2_147_483_647, 4_294_967_295].filter { range.contains(Double($0)) }
            return .int(Int64(pick(choices)))
        case .number: return pick([0, 1, 0.5, 99.9, 100, 1e-7])
        case .integerOrString: return pick(["http", 8080])
        case .enumeration(let names): return .string(pick(names))
        case .any: return pick([["free": ["form", 1, true]], "text", 7])
        case .array(let element):
            let count = max(count, below(3))
            return .array((0..<count).map { _ in value(of: element) })
        case .map(let element, let numbered):
            var fields = OrderedFields()
            let count = max(count, below(3))
            for index in 0..<count {
                fields[numbered ? String(1 + below(65535)) : pick(Self.strings) + String(index)] = value(of: element)
            }
            return .object(fields)
        case .object(let object): return self.object(object)
        }
    }

    mutating func object(_ schema: ObjectSchema) -> ConfigValue {
        var left: Set<String> = []
        for group in schema.oneOfs {
            let kept = pick(group)
            left.formUnion(group.filter { $0 != kept })
        }
        var fields = OrderedFields()
        for field in schema.fields where !left.contains(field.name) {
            guard field.rules.isRequired || next() % 2 == 0 else { continue }
            fields[field.name] = value(of: field.schema, atLeast: field.rules.items?.lowerBound ?? 0)
        }
        if schema.keepsUnknownFields, next() % 2 == 0 { fields["fieldOfANewerVersion"] = ["kept": true] }
        return .object(fields)
    }
}
