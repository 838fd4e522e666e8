internal import MeshAPI

/// IST0106, IST0130, IST0131, IST0133: what each object breaks by itself.
struct SchemaViolations: AnalysisRule {
    let codes: [FindingCode] = [.schemaError, .unreachableRule, .ineffectiveMatch, .schemaWarning]

    /// Kinds that aren't ours are nothing to warn of when a whole directory is
    /// analysed, and what Petrel leaves undone is no fault of an object.
    private static let notOurs: Set<String> = [
        ViolationCode.unknownKind.rawValue, ViolationCode.fieldWithoutEffect.rawValue,
    ]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        for violation in mesh.readingViolations + mesh.validationViolations where !Self.notOurs.contains(violation.code) {
            guard let resource = violation.object else { continue }
            let (code, message) = Self.finding(violation)
            findings.add(
                Finding(code, resource: resource, path: violation.path, message: message, location: violation.location))
        }
    }

    private static func finding(_ violation: Violation) -> (FindingCode, String) {
        if violation.code == ViolationCode.unusedRule.rawValue, violation.message.hasPrefix("virtualService rule ") {
            let message = "V" + violation.message.dropFirst() + "."
            return (message.contains(" is not used (") ? .ineffectiveMatch : .unreachableRule, message)
        }
        return violation.severity == .error
            ? (.schemaError, "Schema validation error: \(violation.message)")
            : (.schemaWarning, "Schema validation warning: \(violation.message)")
    }
}
