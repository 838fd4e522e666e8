internal import MeshAPI
internal import ServiceRegistry

/// IST0101 (host+subset in destinationrule): subsets that no DestinationRule has.
struct DestinationSubsets: AnalysisRule {
    let codes: [FindingCode] = [.referenceNotFound]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        var known: Set<String> = []
        for rule in mesh.destinationRules {
            let host = Hostname.expand(rule.spec.host, namespace: rule.namespace, domain: "cluster.local")
            for subset in rule.spec.subsets { known.insert("\(host)+\(subset.name)") }
        }
        for service in mesh.virtualServices {
            let routes = service.spec.routeTargets.map { ($0, "host") } + service.spec.mirrorTargets.map { ($0, "mirror") }
            for (target, word) in routes {
                guard let destination = target.destination, !destination.subset.isEmpty else { continue }
                let host = Hostname.expand(destination.host, namespace: service.namespace, domain: "cluster.local")
                if known.contains("\(host)+\(destination.subset)") { continue }
                findings.report(
                    .referenceNotFound, on: service.object, at: target.path + ".subset",
                    "Referenced \(word)+subset in destinationrule not found: \"\(destination.host)+\(destination.subset)\"")
            }
        }
    }
}
