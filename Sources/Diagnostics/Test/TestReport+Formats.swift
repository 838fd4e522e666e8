public import MeshAPI

extension TestReport {
    /// For people: failures with what differed, then the count.
    public var text: String {
        var lines: [String] = []
        for result in results where !result.differences.isEmpty {
            lines.append("FAILED \(result.file): \(result.name)")
            for difference in result.differences {
                lines.append("  \(difference.field)")
                lines.append("    - \(difference.expected)")
                lines.append("    + \(difference.actual)")
            }
            for step in result.explanation.because where step.outcome == "failed" {
                lines.append("  because \(step.subject) \(step.name): \(step.detail)")
            }
        }
        lines += problems
        lines.append("\(passed) passed, \(failed) failed")
        return lines.joined(separator: "\n") + "\n"
    }

    /// For programs.
    public var json: ConfigValue {
        [
            "passed": .int(Int64(passed)), "failed": .int(Int64(failed)),
            "results": .array(
                results.map { result in
                    [
                        "file": .string(result.file), "name": .string(result.name),
                        "passed": .bool(result.differences.isEmpty),
                        "differences": .array(
                            result.differences.map {
                                [
                                    "field": .string($0.field), "expected": .string($0.expected),
                                    "actual": .string($0.actual),
                                ]
                            }),
                    ]
                }),
            "problems": .array(problems.map { .string($0) }),
        ]
    }

    /// For continuous integration.
    public var junit: String {
        var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>"]
        lines.append("<testsuites tests=\"\(results.count)\" failures=\"\(failed)\">")
        for (file, group) in Dictionary(grouping: results, by: \.file).sorted(by: { $0.key < $1.key }) {
            let failures = group.count { !$0.differences.isEmpty }
            lines.append("  <testsuite name=\"\(Self.escaped(file))\" tests=\"\(group.count)\" failures=\"\(failures)\">")
            for result in group {
                let head = "    <testcase classname=\"\(Self.escaped(file))\" name=\"\(Self.escaped(result.name))\""
                guard !result.differences.isEmpty else {
                    lines.append(head + "/>")
                    continue
                }
                let body = result.differences.map { "\($0.field): expected \"\($0.expected)\", got \"\($0.actual)\"" }
                lines.append(head + ">")
                lines.append("      <failure message=\"\(Self.escaped(body.joined(separator: "; ")))\"/>")
                lines.append("    </testcase>")
            }
            lines.append("  </testsuite>")
        }
        lines.append("</testsuites>")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
        return result
    }
}
