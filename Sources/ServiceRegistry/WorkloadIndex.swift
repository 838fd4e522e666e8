internal import MeshAPI

/// Workloads by namespace and label, to answer selectors without looking at
/// every workload for every selector.
struct WorkloadIndex: Sendable {
    let all: [Workload]
    private var byLabel: [Label: [Int]] = [:]
    private var byNamespace: [String: [Int]] = [:]

    private struct Label: Hashable, Sendable {
        let namespace: String
        let name: String
        let value: String
    }

    init(_ kinds: ObjectsByKind, mesh: MeshConfig) {
        let entries = kinds.workloadEntries.filter { Self.isHealthy($0.0) }.map { object, entry in
            Workload(
                kind: object.kind, namespace: object.metadata.namespace, name: object.metadata.name,
                entry: entry, metadataLabels: object.metadata.labels, trustDomain: mesh.trustDomain)
        }
        let pods = kinds.pods.compactMap { Workload(pod: $0, trustDomain: mesh.trustDomain) }
        all = (entries + pods).sorted { $0.reference < $1.reference }
        for (index, workload) in all.enumerated() {
            byNamespace[workload.namespace, default: []].append(index)
            for (name, value) in workload.labels {
                let label = Label(namespace: workload.namespace, name: name, value: value)
                byLabel[label, default: []].append(index)
            }
        }
    }

    /// An entry with health checks counts once they have passed.
    private static func isHealthy(_ object: MeshObject) -> Bool {
        let annotation = object.metadata.annotations["proxy.istio.io/health-checks-enabled"]
        guard annotation == "true" else { return true }
        return (object.status?["conditions"]?.array ?? []).contains {
            $0["type"]?.string == "Healthy" && $0["status"]?.string == "True"
        }
    }

    /// Workloads of a namespace that carry all of these labels, by kind and
    /// name; all of the namespace for no labels.
    func selected(by labels: [String: String], namespace: String) -> [Workload] {
        let lists = labels.map { name, value in
            byLabel[Label(namespace: namespace, name: name, value: value)] ?? []
        }
        let candidates = lists.min { $0.count < $1.count } ?? byNamespace[namespace] ?? []
        return candidates.map { all[$0] }.filter { workload in
            labels.allSatisfy { workload.labels[$0.key] == $0.value }
        }
    }
}
