internal import MeshAPI

/// IST0101 (selector), IST0110, IST0111, IST0167: which workloads Sidecars are for.
struct SidecarSelectors: AnalysisRule {
    let codes: [FindingCode] = [.referenceNotFound, .conflictingSidecarSelectors, .severalDefaultSidecars, .ineffectivePolicy]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        let byNamespace = Dictionary(grouping: mesh.sidecars, by: \.namespace)
        for (namespace, sidecars) in byNamespace.sorted(by: { $0.key < $1.key }) {
            checkDefaults(sidecars.filter { Self.selector($0) == nil }, namespace, mesh, &findings)
            checkSelected(sidecars.filter { Self.selector($0) != nil }, namespace, mesh, &findings)
        }
    }

    private static func selector(_ sidecar: Declared<Sidecar>) -> [String: String]? {
        guard let labels = sidecar.spec.workloadSelector?.labels, !labels.isEmpty else { return nil }
        return labels
    }

    private func checkDefaults(
        _ sidecars: [Declared<Sidecar>], _ namespace: String, _ mesh: AnalyzedMesh, _ findings: inout FindingCollector
    ) {
        if sidecars.count > 1 {
            let names = sidecars.map(\.name).sorted().joined(separator: " ")
            for sidecar in sidecars {
                findings.report(
                    .severalDefaultSidecars, on: sidecar.object,
                    "The Sidecars [\(names)] in namespace \"\(namespace)\" have no workload selector, which can lead to undefined behavior.")
            }
        }
        guard Self.isAmbient(namespace, mesh) else { return }
        for sidecar in sidecars {
            findings.report(
                .ineffectivePolicy, on: sidecar.object,
                "The policy has no impact: namespace is in ambient mode, the policy has no impact.")
        }
    }

    private func checkSelected(
        _ sidecars: [Declared<Sidecar>], _ namespace: String, _ mesh: AnalyzedMesh, _ findings: inout FindingCollector
    ) {
        var selecting: [String: [Declared<Sidecar>]] = [:]
        for sidecar in sidecars {
            let selector = Self.selector(sidecar) ?? [:]
            let pods = mesh.pods(selectedBy: selector, in: namespace)
            if pods.isEmpty {
                findings.report(
                    .referenceNotFound, on: sidecar.object, at: "spec.workloadSelector.labels",
                    "Referenced selector not found: \"\(selector.selectorText)\"")
            }
            for pod in pods { selecting[pod.name, default: []].append(sidecar) }
            if pods.contains(where: { $0.object.metadata.annotations["ambient.istio.io/redirection"] == "enabled" }) {
                findings.report(
                    .ineffectivePolicy, on: sidecar.object,
                    "The policy has no impact: selected workload is in ambient mode, the policy has no impact.")
            }
        }
        for (pod, sidecars) in selecting.sorted(by: { $0.key < $1.key }) where sidecars.count > 1 {
            let names = sidecars.map(\.name).sorted().joined(separator: " ")
            for sidecar in sidecars {
                findings.report(
                    .conflictingSidecarSelectors, on: sidecar.object, at: "spec.workloadSelector.labels",
                    "The Sidecars [\(names)] in namespace \"\(namespace)\" select the same workload pod \"\(pod)\", which can lead to undefined behavior.")
            }
        }
    }

    private static func isAmbient(_ namespace: String, _ mesh: AnalyzedMesh) -> Bool {
        guard let labels = mesh.namespaces.first(where: { $0.metadata.name == namespace })?.metadata.labels else { return false }
        return labels["istio.io/dataplane-mode"] == "ambient" && labels["istio-injection"] != "enabled" && labels["istio.io/rev"] == nil
    }
}
