internal import MeshAPI

/// The DestinationRules of a mesh: those of one namespace and host merged,
/// and found by client, service and root namespace in that order.
struct DestinationRuleIndex: Sendable {
    private var local: [String: HostIndex<[ResolvedDestinationRule]>] = [:]
    private var exported: [String: HostIndex<[ResolvedDestinationRule]>] = [:]
    /// Those of the root namespace that only it may use.
    private var rootPrivate = HostIndex<[ResolvedDestinationRule]>()
    private let rootNamespace: String

    init(objects: [(MeshObject, DestinationRule)], mesh: MeshConfig, domain: String) {
        rootNamespace = mesh.rootNamespace
        let rules = objects.map { object, spec in
            ResolvedDestinationRule(object: object, spec: spec, mesh: mesh, domain: domain)
        }.sorted(by: ResolvedDestinationRule.isOlder)
        for rule in rules {
            Self.add(rule, to: &local[rule.namespace, default: HostIndex()])
            if rule.isPrivate {
                if rule.namespace == rootNamespace { Self.add(rule, to: &rootPrivate) }
            } else {
                Self.add(rule, to: &exported[rule.namespace, default: HostIndex()])
            }
        }
    }

    /// The rule that a client's proxy uses for a service.
    func rule(
        for service: Service, clientNamespace: String, clientLabels: [String: String]
    ) -> ResolvedDestinationRule? {
        let candidates = candidates(for: service, clientNamespace: clientNamespace)
        var general: ResolvedDestinationRule?
        for rule in candidates {
            guard let selector = rule.spec.workloadSelector else {
                general = rule
                continue
            }
            let applies = rule.namespace == clientNamespace
                && selector.matchLabels.allSatisfy { clientLabels[$0.key] == $0.value }
            if applies { return rule }
        }
        return general
    }

    private func candidates(for service: Service, clientNamespace: String) -> [ResolvedDestinationRule] {
        let host = service.hostname
        if clientNamespace != rootNamespace {
            if let found = local[clientNamespace]?.mostSpecific(host) { return found }
        } else if let found = rootPrivate.mostSpecific(host) {
            return found
        }
        for namespace in [service.namespace, rootNamespace] {
            guard let found = exported[namespace]?.mostSpecific(host) else { continue }
            let visible = found.filter { $0.visibility.includes(clientNamespace) }
            if !visible.isEmpty { return visible }
        }
        return []
    }

    /// Merges a rule into an older one of the same host where both mean the
    /// same clients, else keeps it beside them.
    private static func add(
        _ rule: ResolvedDestinationRule, to index: inout HostIndex<[ResolvedDestinationRule]>
    ) {
        var rules = index[rule.host] ?? []
        if let position = rules.firstIndex(where: { $0.isMergeable(with: rule) }) {
            rules[position] = rules[position].merging(rule)
        } else {
            rules.append(rule)
        }
        index[rule.host] = rules
    }
}
