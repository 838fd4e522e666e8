/// The rules of headers in configuration, with Istio's messages.
enum HeaderText {
    /// What is wrong with the name of a header, or nil.
    static func nameProblem(_ name: String) -> String? {
        if name.isEmpty { return "header name cannot be empty" }
        let isValid = name.utf8.allSatisfy { DomainName.isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
        return isValid ? nil : "header name \(name) is not a valid header name"
    }

    /// Whether the name stands for a claim of a token rather than for a header.
    static func isClaim(_ name: String) -> Bool {
        let prefix = "@request.auth.claims"
        guard name.hasPrefix(prefix), name.utf8.count > prefix.utf8.count else { return false }
        let rest = name.dropFirst(prefix.count)
        return rest.hasPrefix(".") ? rest.count > 1 : rest.hasPrefix("[") && rest.hasSuffix("]") && rest.count > 2
    }

    /// Whether the name is the host of a request.
    static func isAuthority(_ name: String) -> Bool { [":authority", "host"].contains(name.lowercased()) }

    /// What is wrong with changing a header, or nil.
    ///
    /// - Parameter allowsAuthority: Whether the host may be changed, as it may in requests.
    static func changeProblem(_ name: String, allowsAuthority: Bool) -> String? {
        if name.isEmpty { return "header name cannot be empty" }
        if isAuthority(name), allowsAuthority { return nil }
        if name.lowercased() == "host" { return "invalid header \"\(name)\": cannot set Host header" }
        return name.hasPrefix(":") ? "invalid header \"\(name)\": header cannot have \":\" prefix" : nil
    }

    /// What is wrong with the value of a header, which may have Envoy's `%VARIABLES%`, or nil.
    static func valueProblem(_ value: String) -> String? {
        if value.utf8.contains(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7f }) { return "header value configuration \(value) is invalid" }
        guard value.utf8.contains(UInt8(ascii: "%")) else { return nil }
        return formatProblem(value).map { "header value configuration: invalid header configuration. \($0); write %% for a percent sign" }
    }

    private enum State {
        case literal, variable, argument, string, element, elementEnd, argumentEnd, variableEnd
    }

    private static func formatProblem(_ value: String) -> String? {
        var state = State.literal
        let bytes = Array(value.utf8)
        var position = 0
        while position < bytes.count {
            let character = Character(Unicode.Scalar(bytes[position]))
            let next = position + 1 < bytes.count ? bytes[position + 1] : nil
            switch (state, character) {
            case (.literal, "%"):
                if next == nil { return "Un-escaped %" }
                if next == UInt8(ascii: "%") { position += 1 } else { state = .variable }
            case (.variable, "%"), (.variableEnd, "%"): state = .literal
            case (.variable, "("): state = .argument
            case (.argument, "["), (.elementEnd, ","): state = .element
            case (.argument, " "), (.elementEnd, " "), (.element, " "), (.argumentEnd, " "), (.variableEnd, " "): break
            case (.argument, _), (.element, "\""): state = .string
            case (.elementEnd, "]"): state = .argumentEnd
            case (.string, "\\"):
                if next == nil { return "Un-terminated backslash in JSON string" }
                position += 1
            case (.string, ")"), (.argumentEnd, ")"): state = .variableEnd
            case (.string, "\""): state = .elementEnd
            case (.elementEnd, _): return "Expecting ',', ']', or whitespace"
            case (.element, _): return "Expecting '\"'"
            case (.argumentEnd, _): return "Expecting ')' or whitespace"
            case (.variableEnd, _): return "Expecting '%' or whitespace"
            case (.literal, _), (.variable, _), (.string, _): break
            }
            position += 1
        }
        return state == .literal ? nil : "Un-terminated variable expression '\(value)'"
    }
}
