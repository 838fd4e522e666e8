internal import MeshAPI

/// PTR1016: an outbound policy that says less than it does.
struct OutboundPolicies: AnalysisRule {
    let codes: [FindingCode] = [.emptyOutboundPolicy]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        for sidecar in mesh.sidecars {
            guard let policy = sidecar.spec.outboundTrafficPolicy, policy.mode == .registryOnly, !isWritten(sidecar, mesh) else { continue }
            findings.report(
                .emptyOutboundPolicy, on: sidecar.object, at: "spec.outboundTrafficPolicy",
                "outboundTrafficPolicy without a mode means REGISTRY_ONLY, whatever the mesh's own policy is: everything that isn't declared is refused. Write mode: REGISTRY_ONLY or mode: ALLOW_ANY, or leave outboundTrafficPolicy out")
        }
    }

    /// Whether the mode stands in the text; when the text isn't known it is taken to.
    private func isWritten(_ sidecar: Declared<Sidecar>, _ mesh: AnalyzedMesh) -> Bool {
        guard let policy = sidecar.object.location(of: "spec.outboundTrafficPolicy"),
            let mode = sidecar.object.location(of: "spec.outboundTrafficPolicy.mode"), let text = mesh.texts[mode.file]
        else { return true }
        if mode.line != policy.line { return true }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.indices.contains(mode.line - 1) else { return true }
        return lines[mode.line - 1].contains("mode")
    }
}
