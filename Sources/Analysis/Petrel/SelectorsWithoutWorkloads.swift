internal import MeshAPI

/// PTR1015: ServiceEntries whose selector selects nothing.
struct SelectorsWithoutWorkloads: AnalysisRule {
    let codes: [FindingCode] = [.noWorkloads]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        for entry in mesh.serviceEntries {
            guard let selector = entry.spec.workloadSelector?.labels else { continue }
            let hasEntry = mesh.workloadEntries.contains {
                $0.namespace == entry.namespace && selector.isSelector(of: $0.spec.labels.merging($0.labels) { $1 })
            }
            guard !hasEntry, mesh.pods(selectedBy: selector, in: entry.namespace).isEmpty else { continue }
            let outcome = entry.spec.resolution == .static || entry.spec.resolution == .none
                ? "its cluster is empty and requests get 503 UH (no-endpoint)"
                : "with resolution \(entry.spec.resolution.rawValue) there is no cluster at all and requests get 503 NC (no-cluster)"
            findings.report(
                .noWorkloads, on: entry.object, at: "spec.workloadSelector",
                "no WorkloadEntry or Pod of namespace \(entry.namespace) has the labels \(selector.selectorText): \(outcome). Label a workload of the namespace, or write endpoints")
        }
    }
}
