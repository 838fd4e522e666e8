/// What the decoders share while they read one object: where they are and what they found.
public final class DecodingContext {
    struct Finding {
        var code: ViolationCode
        var message: String
        var path: String
        var line: Int32
    }

    var path = FieldPath()
    private(set) var findings: [Finding] = []

    init() {}

    func report(_ code: ViolationCode, _ message: String, line: Int32) {
        findings.append(Finding(code: code, message: message, path: path.text, line: line))
    }

    func reportType(_ expected: String, _ value: LocatedValue) {
        var advice = ""
        switch (expected, value.content) {
        case ("string", .int(let number)): advice = " (write \"\(number)\" in quotation marks)"
        case ("string", .bool): advice = " (put the text in quotation marks: YAML reads a bare yes, no, on, off, true or false as a boolean)"
        case ("string", .double(let number)): advice = " (write \"\(number.jsonText)\" in quotation marks)"
        case ("integer", .string(let text)) where Int64(text) != nil: advice = " (write \(text) without quotation marks)"
        case ("boolean", .string(let text)) where text == "true" || text == "false": advice = " (write \(text) without quotation marks)"
        case ("array", _): advice = " (begin each element with \"- \")"
        default: break
        }
        report(.wrongType, "must be of type \(expected), found \(value.typeName)\(advice)", line: value.line)
    }

    func reportMissing(_ name: String, line: Int32) {
        path.push(.field(name))
        report(.missingField, "Required value", line: line)
        path.pop()
    }

    func reportUnknown(_ field: LocatedField, known: [String]) {
        path.push(.field(field.name))
        defer { path.pop() }
        let advice: String
        if let close = known.closest(to: field.name) {
            advice = "did you mean \"\(close)\"?"
        } else if known.isEmpty {
            advice = "no fields are known here"
        } else {
            advice = "known fields here are \(known.sorted().joined(separator: ", "))"
        }
        report(.unknownField, "unknown field \"\(path.text)\"; \(advice)", line: field.line)
    }

    /// What was found, as violations of an object.
    func violations(of object: ObjectReference?, file: String) -> [Violation] {
        findings.map {
            Violation(
                severity: .error, code: $0.code, message: $0.message, path: $0.path, object: object,
                location: $0.line > 0 ? SourceLocation(file: file, line: Int($0.line)) : nil)
        }
    }
}

extension [String] {
    /// The name that somebody most likely meant: at most a third of its letters differ.
    func closest(to name: String) -> String? {
        let scored = map { (name: $0, distance: $0.lowercased().editDistance(to: name.lowercased())) }
        guard let best = scored.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
        return best.distance <= Swift.max(1, best.name.count / 3) ? best.name : nil
    }
}

extension String {
    fileprivate func editDistance(to other: String) -> Int {
        let left = Array(utf8)
        let right = Array(other.utf8)
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let cost = a == b ? diagonal : 1 + Swift.min(diagonal, row[j], row[j + 1])
                diagonal = row[j + 1]
                row[j + 1] = cost
            }
        }
        return row[right.count]
    }
}
