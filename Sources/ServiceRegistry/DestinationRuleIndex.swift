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

    /// The same with one rule in place of its former version.
    ///
    /// - Returns: nil when more would have to change.
    func replacing(_ new: ResolvedDestinationRule) -> DestinationRuleIndex? {
        guard let old = Self.sole(new, in: local[new.namespace]), old.isReplaceable(by: new) else { return nil }
        var index = self
        index.local[new.namespace]?[new.host] = [new]
        if new.isPrivate {
            if new.namespace == rootNamespace {
                guard Self.sole(new, in: rootPrivate) != nil else { return nil }
                index.rootPrivate[new.host] = [new]
            }
        } else {
            guard Self.sole(new, in: exported[new.namespace]) != nil else { return nil }
            index.exported[new.namespace]?[new.host] = [new]
        }
        return index
    }

    /// The rule of a host, when no other object has a part in it.
    private static func sole(
        _ rule: ResolvedDestinationRule, in index: HostIndex<[ResolvedDestinationRule]>?
    ) -> ResolvedDestinationRule? {
        guard let rules = index?[rule.host], rules.count == 1, rules[0].origins == rule.origins else { return nil }
        return rules[0]
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
