/// Random route tables with requests that come near to what they ask for.
struct RandomTable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A group with some routes and `rows` requests.
    mutating func group(_ name: String, rows: Int) throws -> Group {
        var routes: [Value] = []
        for index in 0..<(2 + number(below: 8)) { routes.append(route("r\(index)")) }
        var cases: [Value] = []
        for index in 0..<rows { cases.append(request("\(name)-\(index)")) }
        return try Group([
            "group": .string(name), "clusters": ["a": [:], "b": [:]], "routes": .list(routes), "cases": .list(cases),
        ])
    }

    private static let paths = ["/", "/a", "/a/", "/a/b", "/a/bc", "/ab", "/A/b", "/x/1", "/x/22", "/x/y/z"]
    private static let patterns = ["/a.*", "/x/[0-9]+", "/[^/]+/b?", "(?i)/a/B", "/x/(?:y|1).*", "/a(/b)?", ".*z"]
    private static let values = ["red", "RED", "blue", "", "10", "-3"]

    private mutating func route(_ name: String) -> Value {
        var match: [Value.Entry] = []
        let isRegex = chance(25)
        if isRegex {
            match.append(.init(key: "safe_regex", value: ["regex": .string(pick(Self.patterns))]))
        } else {
            match.append(.init(key: chance(60) ? "prefix" : "path", value: .string(pick(Self.paths))))
            if chance(20) { match.append(.init(key: "case_sensitive", value: false)) }
        }
        if chance(30) { match.append(.init(key: "headers", value: [header()])) }
        if chance(20) { match.append(.init(key: "query_parameters", value: [query()])) }
        let entries: [Value.Entry] = [
            .init(key: "name", value: .string(name)), .init(key: "match", value: .map(match)), action(isRegex),
        ]
        return .map(entries)
    }

    private mutating func header() -> Value {
        let value = Value.string(pick(Self.values.filter { !$0.isEmpty }))
        let kinds: [Value] = [
            ["present_match": true], ["present_match": false], ["string_match": ["exact": value]],
            ["string_match": ["prefix": value]], ["string_match": ["contains": value]],
            ["string_match": ["exact": value, "ignore_case": true]], ["range_match": ["start": -5, "end": 10]],
        ]
        var condition = pick(kinds).merging(["name": "x-kind"])
        if chance(25) { condition = condition.merging(["invert_match": true]) }
        if chance(15) { condition = condition.merging(["treat_missing_header_as_empty": true]) }
        return condition
    }

    private mutating func query() -> Value {
        let kinds: [Value] = [["present_match": true], ["string_match": ["exact": "v"]], ["string_match": ["prefix": "v"]]]
        return pick(kinds).merging(["name": "q"])
    }

    private mutating func action(_ isRegex: Bool) -> Value.Entry {
        switch number(below: 10) {
        case 0:
            let status = pick([200, 404, 410, 503])
            return .init(key: "direct_response", value: ["status": .int(status), "body": ["inline_string": "direct"]])
        case 1:
            let kinds: [Value] = [
                ["host_redirect": "new.example"], ["path_redirect": "/moved"], ["https_redirect": true],
                ["port_redirect": 8080], ["host_redirect": "new.example", "strip_query": true],
            ]
            return .init(key: "redirect", value: pick(kinds))
        default:
            var route: Value = ["cluster": .string(pick(["$a", "$b"]))]
            if !isRegex, chance(25) { route = route.merging(["prefix_rewrite": .string(pick(["/", "/new", "/new/"]))]) }
            if chance(15) { route = route.merging(["host_rewrite_literal": "other.example"]) }
            if chance(15) { route = route.merging(["timeout": "7s"]) }
            return .init(key: "route", value: route)
        }
    }

    private mutating func request(_ id: String) -> Value {
        var path = pick(Self.paths)
        if chance(30) { path += pick(["/", "b", "/more", "%41", "//"]) }
        if chance(35) { path += pick(["?q", "?q=v", "?q=vw", "?p=1&q=v", "?"]) }
        let method = pick(["GET", "GET", "POST", "PUT", "DELETE", "OPTIONS"])
        var row: Value = ["id": .string(id), "request": .string("\(method) \(path)")]
        if chance(50) { row = row.merging(["headers": ["x-kind": .string(pick(Self.values))]]) }
        if method == "POST", chance(50) { row = row.merging(["body": "some body"]) }
        if chance(20) { row = row.merging(["host": .string(pick(["new.example", "one.example:81", "UPPER.example"]))]) }
        return row
    }

    // MARK: - Numbers

    private mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    private mutating func number(below limit: Int) -> Int { Int(next() % UInt64(limit)) }
    private mutating func chance(_ percent: Int) -> Bool { number(below: 100) < percent }
    private mutating func pick<Item>(_ items: [Item]) -> Item { items[number(below: items.count)] }
}
