public import MeshAPI

/// Renders findings for people and for programs.
public struct FindingReport: Sendable {
    /// The findings, the worst first.
    public let findings: [Finding]

    /// A report.
    public init(_ findings: [Finding]) { self.findings = findings }

    /// One line each: `FILE:LINE: warning IST0134: Kind namespace/name: spec.path: message`.
    public var text: String { findings.map { $0.description + "\n" }.joined() }

    /// A list of objects with code, severity, resource, path and message.
    public var json: ConfigValue {
        .array(
            findings.map { finding in
                [
                    "code": .string(finding.code.id),
                    "severity": .string(finding.severity.rawValue),
                    "resource": .string(finding.resource.description),
                    "path": .string(finding.path),
                    "message": .string(finding.message),
                ]
            })
    }

    /// Whether a finding is at least this bad.
    public func reaches(_ threshold: Finding.Severity) -> Bool {
        findings.contains { $0.severity <= threshold }
    }

    /// `2 errors, 1 warning, 3 infos`; `no findings`.
    public var summary: String {
        let parts = Finding.Severity.allCases.compactMap { severity -> String? in
            let count = findings.filter { $0.severity == severity }.count
            return count == 0 ? nil : "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")"
        }
        return parts.isEmpty ? "no findings" : parts.joined(separator: ", ")
    }
}
