internal import EnvoyAPI
internal import SwiftProtobuf

/// Conditions on text, headers and query parameters.
struct MatcherCompiler {
    let arena: Arena

    func regex(_ message: Envoy_Type_Matcher_V3_RegexMatcher, _ path: String) throws(CompileError)
        -> FlatArray<RegexProgram>
    {
        do {
            return arena.single(try RegexProgram(message.regex, in: arena))
        } catch {
            throw CompileError("\(path).regex", error.description)
        }
    }

    func rewrite(_ message: Envoy_Type_Matcher_V3_RegexMatchAndSubstitute, _ path: String) throws(CompileError)
        -> FlatArray<RegexRewrite>
    {
        let program = try regex(message.pattern, "\(path).pattern")
        var highest = 0
        var previousIsEscape = false
        for scalar in message.substitution.unicodeScalars {
            if previousIsEscape {
                if let digit = Int(String(scalar)) { highest = Swift.max(highest, digit) }
                previousIsEscape = false
            } else {
                previousIsEscape = scalar == "\\"
            }
        }
        guard highest <= program[0].groups else {
            throw CompileError(
                "\(path).substitution",
                "refers to group \(highest), the pattern has \(program[0].groups)")
        }
        return arena.single(RegexRewrite(pattern: program[0], substitution: arena.text(message.substitution)))
    }

    func string(_ message: Envoy_Type_Matcher_V3_StringMatcher, _ path: String) throws(CompileError) -> StringMatcher {
        var matcher = StringMatcher()
        matcher.ignoresCase = message.ignoreCase
        switch message.matchPattern {
        case .exact(let text): matcher.text = arena.text(text)
        case .prefix(let text):
            matcher.kind = .prefix
            matcher.text = arena.text(text)
        case .suffix(let text):
            matcher.kind = .suffix
            matcher.text = arena.text(text)
        case .contains(let text):
            matcher.kind = .contains
            matcher.text = arena.text(text)
        case .safeRegex(let message):
            matcher.kind = .regex
            matcher.text = arena.text(message.regex)
            matcher.regex = try regex(message, "\(path).safe_regex")
        case nil: throw CompileError(path, "no pattern, or one that is not supported")
        }
        return matcher
    }

    func header(_ message: Envoy_Config_Route_V3_HeaderMatcher, _ path: String) throws(CompileError) -> HeaderMatcher {
        var matcher = HeaderMatcher()
        matcher.name = arena.text(message.name.lowercased())
        matcher.source =
            switch message.name.lowercased() {
            case ":method": .method
            case ":path": .path
            case ":authority", "host": .authority
            case ":scheme": .scheme
            default: .header
            }
        matcher.treatsMissingAsEmpty = message.treatMissingHeaderAsEmpty
        matcher.inverted = message.invertMatch
        matcher.kind = .text
        switch message.headerMatchSpecifier {
        case .presentMatch(let present):
            matcher.kind = present != message.invertMatch ? .present : .absent
            matcher.inverted = false
        case nil:
            matcher.kind = message.invertMatch ? .absent : .present
            matcher.inverted = false
        case .exactMatch(let text):
            // Envoy takes an empty value of this old field as "any".
            if text.isEmpty { matcher.value.kind = .prefix }
            matcher.value.text = arena.text(text)
        case .prefixMatch(let text):
            matcher.value.kind = .prefix
            matcher.value.text = arena.text(text)
        case .suffixMatch(let text):
            matcher.value.kind = .suffix
            matcher.value.text = arena.text(text)
        case .containsMatch(let text):
            matcher.value.kind = .contains
            matcher.value.text = arena.text(text)
        case .safeRegexMatch(let message):
            matcher.value.kind = .regex
            matcher.value.text = arena.text(message.regex)
            matcher.value.regex = try regex(message, "\(path).safe_regex_match")
        case .stringMatch(let message): matcher.value = try string(message, "\(path).string_match")
        case .rangeMatch(let range):
            matcher.kind = .range
            matcher.rangeStart = range.start
            matcher.rangeEnd = range.end
        }
        return matcher
    }

    func headers(_ messages: [Envoy_Config_Route_V3_HeaderMatcher], _ path: String) throws(CompileError)
        -> FlatArray<HeaderMatcher>
    {
        var matchers: [HeaderMatcher] = []
        for (index, message) in messages.enumerated() { matchers.append(try header(message, "\(path)[\(index)]")) }
        return arena.array(matchers)
    }

    func parameters(_ messages: [Envoy_Config_Route_V3_QueryParameterMatcher], _ path: String) throws(CompileError)
        -> FlatArray<ParameterMatcher>
    {
        var matchers: [ParameterMatcher] = []
        for (index, message) in messages.enumerated() {
            var matcher = ParameterMatcher()
            matcher.name = arena.text(message.name)
            switch message.queryParameterMatchSpecifier {
            case .stringMatch(let text):
                matcher.presence = false
                matcher.value = try string(text, "\(path)[\(index)].string_match")
            case .presentMatch(let present): matcher.mustBePresent = present
            case nil: break
            }
            matchers.append(matcher)
        }
        return arena.array(matchers)
    }
}
