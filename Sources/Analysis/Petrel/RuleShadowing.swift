internal import MeshAPI
internal import ServiceRegistry

/// PTR1012: rules of a client's namespace that replace those of the service's owner.
struct RuleShadowing: AnalysisRule {
    let codes: [FindingCode] = [.ruleShadowed]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        var rules: [String: HostIndex<[Declared<DestinationRule>]>] = [:]
        for rule in mesh.destinationRules {
            let host = Hostname.expand(rule.spec.host, namespace: rule.namespace, domain: "cluster.local")
            rules[rule.namespace, default: HostIndex()][host, default: []].append(rule)
        }
        guard rules.count > 1 else { return }
        for service in mesh.snapshot.services {
            guard let own = rules[service.namespace]?.mostSpecific(service.hostname) else { continue }
            for (namespace, others) in rules.sorted(by: { $0.key < $1.key })
            where namespace != service.namespace && namespace != mesh.mesh.rootNamespace && service.visibility.includes(namespace) {
                guard let owner = own.first(where: { Self.visibility($0, mesh).includes(namespace) }) else { continue }
                for rule in others.mostSpecific(service.hostname) ?? [] {
                    findings.report(
                        .ruleShadowed, on: rule.object, at: "spec.host",
                        "apps in namespace \(namespace) use this rule for \(service.hostname) instead of \(owner.reference) of the service's own namespace, whose settings (TLS among them) don't apply to them at all. Repeat here what shall stay, or remove this rule")
                }
            }
        }
    }

    private static func visibility(_ rule: Declared<DestinationRule>, _ mesh: AnalyzedMesh) -> Visibility {
        Visibility(
            exportTo: rule.spec.exportTo, namespace: rule.namespace, meshDefault: mesh.mesh.defaultDestinationRuleExportTo)
    }
}
