internal import ConfigGeneration
internal import ManagementPlane
internal import MeshAPI
public import MeshCompilation
internal import ServiceRegistry

/// Compares what two configurations do, by what every kind of proxy would be given.
public enum BehaviourDifference {
    /// What changes from one to the other, for the proxies of every namespace and gateway of either.
    public static func between(_ old: CompiledMesh, _ new: CompiledMesh) -> [BehaviourChange] {
        var order: [BehaviourChange] = []
        var positions: [BehaviourChange: Int] = [:]
        for (title, proxy) in proxies(of: old, new) {
            let before = BehaviourFacts(old.configuration(for: proxy))
            let after = BehaviourFacts(new.configuration(for: proxy))
            for change in before.changes(to: after) {
                if let known = positions[change] {
                    order[known].proxies.append(title)
                } else {
                    positions[change] = order.count
                    var named = change
                    named.proxies = [title]
                    order.append(named)
                }
            }
        }
        return order
    }

    /// One proxy of each kind that may be given something of its own.
    static func proxies(of old: CompiledMesh, _ new: CompiledMesh) -> [(title: String, proxy: ProxyIdentity)] {
        let objects = [old, new].flatMap { $0.declared + $0.translation.objects }
        var found: [(title: String, proxy: ProxyIdentity)] = []
        var seen: Set<String> = []
        func add(_ kind: ProxyIdentity.Kind, _ namespace: String, _ labels: [String: String]) {
            let suffix = labels.isEmpty ? "" : " (\(labels.selectorText))"
            let title = kind == .router ? "gateway in \(namespace)\(suffix)" : "apps in \(namespace)\(suffix)"
            guard seen.insert(title).inserted else { return }
            let metadata = kind == .router
                ? ["NAMESPACE": namespace] : ["DNS_CAPTURE": "true", "DNS_AUTO_ALLOCATE": "true", "NAMESPACE": namespace]
            let proxy = ProxyIdentity(
                type: kind, namespace: namespace, labels: labels, ips: ["10.255.0.1"], metadata: metadata)
            found.append((title, proxy))
        }
        add(.sidecar, "default", [:])
        for namespace in Set(objects.map(\.metadata.namespace)).sorted() where !namespace.isEmpty { add(.sidecar, namespace, [:]) }
        for object in objects {
            let namespace = object.metadata.namespace
            switch object.spec {
            case .sidecar(let sidecar): add(.sidecar, namespace, sidecar.workloadSelector?.labels ?? [:])
            case .destinationRule(let rule): add(.sidecar, namespace, rule.workloadSelector?.matchLabels ?? [:])
            case .gateway(let gateway): add(.router, namespace, gateway.selector)
            default: break
            }
        }
        return found
    }
}
