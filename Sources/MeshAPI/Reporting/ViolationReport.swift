/// Renders violations for people and for programs.
public struct ViolationReport: Sendable {
    /// The violations, by file and line.
    public let violations: [Violation]

    /// A report; violations are put in the order of files and lines, what has no file comes last.
    public init(_ violations: [Violation]) {
        func key(_ violation: Violation) -> (Int, String, Int) {
            (violation.location == nil ? 1 : 0, violation.location?.file ?? "", violation.location?.line ?? 0)
        }
        let ordered = Self.withoutEchoes(violations).enumerated().sorted { left, right in
            let (a, b) = (key(left.element), key(right.element))
            return a == b ? left.offset < right.offset : a < b
        }
        self.violations = ordered.map(\.element)
    }

    /// Without the reader's "Required value" where a rule says more about the same field, and without repetitions.
    private static func withoutEchoes(_ violations: [Violation]) -> [Violation] {
        struct Place: Hashable {
            var object: ObjectReference?
            var path: String
        }
        let missing = ViolationCode.missingField.rawValue
        let explained = Set(violations.filter { $0.code != missing }.map { Place(object: $0.object, path: $0.path) })
        var seen: Set<Violation> = []
        return violations.filter { violation in
            if violation.code == missing, explained.contains(Place(object: violation.object, path: violation.path)) { return false }
            return seen.insert(violation).inserted
        }
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
