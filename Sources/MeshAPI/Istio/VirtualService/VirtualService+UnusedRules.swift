extension VirtualService {
    /// Warns of rules and conditions whose traffic an earlier one takes.
    func warnOfUnusedRules(_ context: ValidationContext) {
        if http.count > 1 || http.contains(where: { $0.match.count > 1 }) {
            let rules = http.map { rule in
                Rule(name: rule.name, conditions: rule.match.map { Condition(name: $0.name, key: $0.key) })
            }
            warn("http", rules, context)
            warnOfPrefixes(context)
        }
        if tls.count > 1 || tls.contains(where: { $0.match.count > 1 }) {
            warn("tls", tls.map { Rule(name: "", conditions: $0.match.map { Condition(name: "", key: $0.encode().json()) }) }, context)
        }
        if tcp.count > 1 || tcp.contains(where: { $0.match.count > 1 }) {
            warn("tcp", tcp.map { Rule(name: "", conditions: $0.match.map { Condition(name: "", key: $0.encode().json()) }) }, context)
        }
    }

    private struct Condition {
        var name: String
        var key: String
    }

    private struct Rule {
        var name: String
        var conditions: [Condition]
    }

    private static func title(_ name: String, _ index: Int) -> String { name.isEmpty ? "#\(index)" : "\"\(name)\"" }

    private func warn(_ field: String, _ rules: [Rule], _ context: ValidationContext) {
        var seen: [String: Int] = [:]
        var hasCatchAll = false
        context.each(field, rules) { index, rule in
            func unused(_ reason: String) {
                context.warn(.unusedRule, "virtualService rule \(Self.title(rule.name, index)) not used (\(reason))")
            }
            if rule.conditions.isEmpty {
                if hasCatchAll { unused("only the last rule can have no matches") }
                hasCatchAll = true
                return
            }
            var duplicates = 0
            context.each("match", rule.conditions) { number, condition in
                guard let earlier = seen[condition.key] else {
                    seen[condition.key] = index
                    return
                }
                duplicates += 1
                context.warn(
                    .unusedRule,
                    "virtualService rule \(Self.title(rule.name, index)) match \(Self.title(condition.name, number)) is not used (duplicate/overlapping match in rule \(Self.title(rules[earlier].name, earlier)))")
            }
            if duplicates == rule.conditions.count { unused("all matches used by prior rules") }
        }
    }

    fileprivate struct PrefixRule {
        var rule: Int
        var condition: Int
        var match: HTTPMatchRequest
        var prefix: String
    }

    /// Warns of prefixes that begin with the prefix of an earlier condition which asks for nothing more.
    private func warnOfPrefixes(_ context: ValidationContext) {
        var prefixes: [PrefixRule] = []
        var seen: Set<String> = []
        for (index, rule) in http.enumerated() {
            for (number, match) in rule.match.enumerated() {
                guard case .prefix(let prefix)? = match.uri, !prefix.isEmpty, seen.insert(match.key).inserted else { continue }
                prefixes.append(PrefixRule(rule: index, condition: number, match: match, prefix: prefix))
            }
        }
        for (index, first) in prefixes.enumerated() {
            for second in prefixes[(index + 1)...] where second.prefix != first.prefix && first.covers(second.match, prefix: second.prefix) {
                let later = "\(Self.title(second.match.name, second.condition)) of prefix \(second.prefix)"
                let earlier =
                    "\(Self.title(first.match.name, first.condition)) of prefix \(first.prefix) on \(Self.title(http[first.rule].name, first.rule))"
                context.inside("http") {
                    context.path.push(.index(second.rule))
                    context.inside("match") {
                        context.path.push(.index(second.condition))
                        context.warn(
                            .unusedRule,
                            "virtualService rule \(Self.title(http[second.rule].name, second.rule)) match \(later) is not used (duplicate/overlapping match in rule \(earlier))")
                        context.path.pop()
                    }
                    context.path.pop()
                }
            }
        }
    }
}

extension VirtualService.PrefixRule {
    /// Whether every request of a later condition meets this one, as far as exact and prefix comparisons tell.
    fileprivate func covers(_ later: VirtualService.HTTPMatchRequest, prefix laterPrefix: String) -> Bool {
        guard laterPrefix.hasPrefix(prefix), later.port == match.port else { return false }
        func text(_ match: StringMatch?) -> String {
            switch match {
            case .exact(let value)? where !value.isEmpty: "exact:" + value
            case .prefix(let value)? where !value.isEmpty: "prefix:" + value
            default: ""
            }
        }
        func method(_ match: StringMatch?) -> String { text(match).isEmpty ? "exact:GET" : text(match) }
        func covers(_ first: [String: StringMatch], _ second: [String: StringMatch]) -> Bool {
            first.count == second.count && first.allSatisfy { key, value in second[key].map { text(value).hasPrefix(text($0)) } ?? false }
        }
        return method(match.method).hasPrefix(method(later.method)) && text(match.authority).hasPrefix(text(later.authority))
            && covers(match.headers, later.headers) && covers(match.queryParams, later.queryParams)
            && covers(match.withoutHeaders, later.withoutHeaders)
    }
}

extension VirtualService.HTTPMatchRequest {
    /// The condition without its name, for comparing.
    fileprivate var key: String {
        var copy = self
        copy.name = ""
        return copy.encode().json()
    }
}
