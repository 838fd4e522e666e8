/// Renders violations for people and for programs.
public struct ViolationReport: Sendable {
    /// The violations, by file and line.
    public let violations: [Violation]

    /// A report; violations are put in the order of files and lines, what has no file comes last.
    public init(_ violations: [Violation]) {
        func key(_ violation: Violation) -> (Int, String, Int) {
            (violation.location == nil ? 1 : 0, violation.location?.file ?? "", violation.location?.line ?? 0)
        }
        let ordered = violations.enumerated().sorted { left, right in
            let (a, b) = (key(left.element), key(right.element))
            return a == b ? left.offset < right.offset : a < b
        }
        self.violations = ordered.map(\.element)
    }

    /// Whether anything is refused.
    public var hasErrors: Bool { violations.contains { $0.severity == .error } }

    /// One line each: `FILE:LINE: error PTR0001: Kind namespace/name: spec.path: message`.
    public var text: String { violations.map { $0.description + "\n" }.joined() }

    /// A list of objects with file, line, kind, namespace, name, path, severity, code and message.
    public var json: ConfigValue {
        .array(
            violations.map { violation in
                [
                    "file": violation.location.map { .string($0.file) } ?? .null,
                    "line": violation.location.map { .int(Int64($0.line)) } ?? .null,
                    "kind": violation.object.map { .string($0.kind) } ?? .null,
                    "namespace": violation.object.map { .string($0.namespace) } ?? .null,
                    "name": violation.object.map { .string($0.name) } ?? .null,
                    "path": .string(violation.path),
                    "severity": .string(violation.severity.rawValue),
                    "code": .string(violation.code),
                    "message": .string(violation.message),
                ]
            })
    }
}
