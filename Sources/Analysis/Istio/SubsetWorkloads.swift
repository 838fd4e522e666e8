internal import MeshAPI
internal import ServiceRegistry

/// IST0173, IST0174: DestinationRules for hosts or workloads that aren't there.
struct SubsetWorkloads: AnalysisRule {
    let codes: [FindingCode] = [.subsetWithoutPods, .unknownRuleHost]

    private static let topologyPrefixes = ["topology.kubernetes.io/", "topology.istio.io/"]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        for rule in mesh.destinationRules {
            let host = Hostname.expand(rule.spec.host, namespace: rule.namespace, domain: "cluster.local")
            let entries = mesh.hosts.matching(host).filter { $0.visibility.includes(rule.namespace) }
            guard !entries.isEmpty else {
                findings.report(
                    .unknownRuleHost, on: rule.object, at: "spec.host",
                    "The host \(rule.spec.host) defined in the DestinationRule does not match any services in the mesh.")
                continue
            }
            guard let workloads = workloads(behind: entries, mesh) else { continue }
            for (index, subset) in rule.spec.subsets.enumerated() where !workloads.contains(where: { Self.select(subset.labels, $0) }) {
                findings.report(
                    .subsetWithoutPods, on: rule.object, at: "spec.subsets[\(index)]",
                    "The Subset \(subset.name) defined in the DestinationRule does not select any pods. Which may lead to 503 UH (NoHealthyUpstream).")
            }
        }
    }

    /// The labels of the workloads of some declarations; nil when they aren't known, as outside the mesh.
    private func workloads(behind entries: [HostCatalog.Entry], _ mesh: AnalyzedMesh) -> [[String: String]]? {
        var found: [[String: String]] = []
        for entry in entries {
            if let service = mesh.services.first(where: { $0.reference == entry.reference }) {
                guard !service.spec.selector.isEmpty else { return nil }
                found += mesh.pods(selectedBy: service.spec.selector, in: service.namespace).map { labels(of: $0, mesh) }
                found += mesh.workloadEntries.filter { $0.namespace == service.namespace }.map(Self.labels)
                    .filter { service.spec.selector.isSelector(of: $0) }
            } else if let service = mesh.serviceEntriesByReference[entry.reference] {
                guard let selector = service.spec.workloadSelector?.labels else { return nil }
                let pods = mesh.pods(selectedBy: selector, in: service.namespace).map { labels(of: $0, mesh) }
                let others = mesh.workloadEntries.filter { $0.namespace == service.namespace }.map(Self.labels)
                    .filter { selector.isSelector(of: $0) }
                guard !pods.isEmpty || !others.isEmpty else { return nil }
                found += pods + others
            }
        }
        return found
    }

    private static func labels(_ entry: Declared<WorkloadEntry>) -> [String: String] {
        entry.spec.labels.merging(entry.labels) { $1 }
    }

    /// A pod has the topology of its node.
    private func labels(of pod: Declared<Pod>, _ mesh: AnalyzedMesh) -> [String: String] {
        guard let node = mesh.objects.first(where: { $0.kind == "Node" && $0.metadata.name == pod.spec.nodeName }) else { return pod.labels }
        let topology = node.metadata.labels.filter { label in Self.topologyPrefixes.contains { label.key.hasPrefix($0) } }
        return pod.labels.merging(topology) { own, _ in own }
    }

    private static func select(_ selector: [String: String], _ labels: [String: String]) -> Bool {
        selector.allSatisfy { key, value in
            let isTopology = topologyPrefixes.contains { key.hasPrefix($0) }
            return labels[key] == value && !(isTopology && value.isEmpty)
        }
    }
}
