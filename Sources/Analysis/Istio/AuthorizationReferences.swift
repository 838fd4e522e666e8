internal import MeshAPI

/// IST0101 (namespace), IST0127: the workloads and namespaces that AuthorizationPolicies name.
struct AuthorizationReferences: AnalysisRule {
    let codes: [FindingCode] = [.referenceNotFound, .noMatchingWorkloads]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        let namespaces = Set(mesh.namespaces.map(\.metadata.name))
        for policy in mesh.authorizationPolicies {
            if let labels = policy.spec.selector?.matchLabels, !labels.isEmpty {
                let scope = policy.namespace == mesh.mesh.rootNamespace ? nil : policy.namespace
                if mesh.pods(selectedBy: labels, in: scope).isEmpty {
                    findings.report(
                        .noMatchingWorkloads, on: policy.object, at: "spec.selector.matchLabels",
                        "No matching workloads for this resource with the following labels: \(labels.selectorText)")
                }
            }
            for (rule, from) in policy.spec.rules.enumerated().flatMap({ rule in rule.element.from.enumerated().map { (rule.offset, $0) } }) {
                let source = from.element.source
                let lists = [("namespaces", source?.namespaces ?? []), ("notNamespaces", source?.notNamespaces ?? [])]
                for (field, names) in lists {
                    for (index, name) in names.enumerated() where !namespaces.contains(where: { Self.matches(name, $0) }) {
                        findings.report(
                            .referenceNotFound, on: policy.object,
                            at: "spec.rules[\(rule)].from[\(from.offset)].source.\(field)[\(index)]",
                            "Referenced namespace not found: \"\(name)\"")
                    }
                }
            }
        }
    }

    private static func matches(_ pattern: String, _ namespace: String) -> Bool {
        if pattern == "*" { return true }
        if pattern.hasPrefix("*") { return namespace.hasSuffix(pattern.dropFirst()) }
        if pattern.hasSuffix("*") { return namespace.hasPrefix(pattern.dropLast()) }
        return namespace == pattern
    }
}
