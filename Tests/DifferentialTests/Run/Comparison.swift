/// The two observations of one row, beside each other.
struct Comparison: Sendable {
    /// Differences that are left out everywhere; `docs/data-plane.md` says why.
    static let rules: Set = ["own-answers", "reason-phrase", "refusal-flags", "one-flag"]

    let row: Row
    let envoy: Observation
    let petrel: Observation

    /// What differs, for people; empty when they agree.
    var differences: [String] {
        var result: [String] = []
        let own = Set(petrel.own.keys)
        compare(
            "the client received", envoy.clientLines(own: own, ignoring: row.ignored),
            petrel.clientLines(own: own, ignoring: row.ignored), &result)
        if !row.ignored.contains("origin") {
            compare(
                "the origins received", envoy.originLines(ignoring: row.ignored),
                petrel.originLines(ignoring: row.ignored), &result)
        }
        if !row.ignored.contains("log") {
            compare(
                "the access log says", envoy.logLines(unflagged: unflagged, ignoring: row.ignored),
                petrel.logLines(unflagged: unflagged, ignoring: row.ignored), &result)
        }
        if let atLeast = row.atLeast {
            for (name, took) in [("Envoy", envoy.client.took), ("Petrel", petrel.client.took)] where took < atLeast {
                result.append("\(name) took \(took), less than \(atLeast)")
            }
        }
        return result
    }

    /// Log lines whose flags aren't compared. Rule `refusal-flags`: Petrel's
    /// own answers where Envoy has no flag, or that refuse a message as
    /// malformed or too large. Rule `one-flag`: Petrel's is among Envoy's.
    private var unflagged: Set<Int> {
        var result: Set<Int> = []
        for (index, pair) in zip(envoy.log, petrel.log).enumerated() {
            let flags = pair.0.flags
            if flags.contains(pair.1.flags.first ?? "-") { result.insert(index) }
            if !petrel.own.isEmpty, petrel.refused || flags == ["-"] { result.insert(index) }
        }
        return result
    }

    private func compare(_ what: String, _ left: [String], _ right: [String], _ result: inout [String]) {
        guard left != right else { return }
        let changes = right.difference(from: left)
        var text = "\(what):"
        for change in changes {
            switch change {
            case .remove(_, let line, _): text += "\n    Envoy  | \(line.debugDescription)"
            case .insert(_, let line, _): text += "\n    Petrel | \(line.debugDescription)"
            }
        }
        result.append(text)
    }

    /// What is wrong with this row; nil when it holds.
    var failure: String? {
        let found = differences
        if row.difference != nil {
            if found.isEmpty { return "they agree now: the row must not say that they differ" }
            if let own = row.own, petrel.statuses != own { return "Petrel answered \(petrel.statuses), not \(own)" }
            return nil
        }
        if !found.isEmpty { return found.joined(separator: "\n  ") }
        let expected = row.expected ?? envoy.statuses.map { _ in 200 }
        if envoy.statuses != expected { return "both answered \(envoy.statuses), not \(expected)" }
        return nil
    }
}
