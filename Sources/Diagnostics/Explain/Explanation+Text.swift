internal import MeshAPI

extension Explanation {
    /// For people: one line per step, then the verdict and what to do.
    ///
    /// - Parameter verbose: Also what was looked at and passed over.
    public func text(verbose: Bool = false) -> String {
        var lines: [String] = []
        func add(_ label: String, _ value: String) {
            guard !value.isEmpty else { return }
            lines.append(label + String(repeating: " ", count: Swift.max(1, 14 - label.count)) + value)
        }
        for answer in dns {
            let result = answer.answers.isEmpty ? answer.rcode : answer.answers.joined(separator: ", ")
            add("dns", "\(answer.name) \(answer.type) -> \(result)")
        }
        if port > 0 { add("connection", "to \(address) port \(port)") }
        for step in because where verbose || step.outcome != "passed" || step.subject == "accessRules" {
            add(Self.label(step.subject), Self.line(step))
        }
        for endpoint in endpoints.prefix(8) {
            add("endpoint", "\(endpoint.address):\(endpoint.port)")
        }
        if endpoints.count > 8 { add("", "... and \(endpoints.count - 8) more") }
        if !upstream.authority.isEmpty { add("sent", "Host \(upstream.authority), path \(upstream.path)") }
        if !cluster.isEmpty, verdict == "allowed" {
            add("tls", upstream.sni.isEmpty ? upstream.tls : "SNI \(upstream.sni), \(upstream.tls)")
        }
        if let timeoutMilliseconds { add("timeout", "\(timeoutMilliseconds) ms") }
        if let retry, retry.attempts > 0 {
            let limit = retry.perTryTimeoutMilliseconds.map { ", \($0) ms each" } ?? ""
            let when = (retry.conditions + retry.statuses.map(String.init)).joined(separator: ", ")
            add("retries", "up to \(retry.attempts)\(limit), on \(when)")
        }
        for change in requestHeaders { add("header", change.sentence) }
        for change in responseHeaders { add("answer header", change.sentence) }
        add("location", location)
        add("verdict", verdictLine)
        for sentence in advice { add("advice", sentence) }
        for resource in rejected { add("rejected", resource) }
        return lines.joined(separator: "\n") + "\n"
    }

    private var verdictLine: String {
        var line = verdict
        if !reason.isEmpty { line += ": \(reason) (\(responseFlag))" }
        if status > 0 { line += ", the client sees \(status)" }
        return line
    }

    private static func label(_ subject: String) -> String {
        switch subject {
        case "filterChain": "filter chain"
        case "routeConfiguration": "routes"
        case "virtualHost": "virtual host"
        case "accessRules": "policy"
        case "directResponse": "answer"
        default: subject
        }
    }

    private static func line(_ step: Because) -> String {
        var line = step.name.isEmpty ? "(none)" : step.name
        if step.outcome == "passed" { line = "not \(line)" }
        if !step.detail.isEmpty { line += ": \(step.detail)" }
        if !step.object.isEmpty {
            line += "  [\(step.object)"
            if let location = step.location, !location.file.isEmpty { line += " \(location.file):\(location.line)" }
            line += "]"
        }
        return line
    }
}

extension Explanation.HeaderChange {
    fileprivate var sentence: String { action == "remove" ? "remove \(name)" : "\(action) \(name): \(value)" }
}
