internal import MeshAPI
internal import ServiceRegistry

/// PTR1003, PTR1004: routes that send an external server another host name than its own.
struct RouteAuthority: AnalysisRule {
    let codes: [FindingCode] = [.authorityMismatch, .authorityMissing]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        for service in mesh.virtualServices {
            for target in service.spec.routeTargets {
                guard let rule = target.httpRule, let destination = target.destination, !Hostname.isWildcard(destination.host) else { continue }
                guard let declared = externalHosts(destination.host, service, mesh) else { continue }
                check(service, rule: rule, destination.host, declared, &findings)
            }
        }
    }

    /// The names that an external service is declared under; nil when it is inside the mesh.
    private func externalHosts(_ host: String, _ service: Declared<VirtualService>, _ mesh: AnalyzedMesh) -> [String]? {
        let entries = mesh.hosts.entries(for: host, from: service.namespace, exportTo: service.spec.exportTo)
        guard let entry = entries.first,
            let declared = mesh.serviceEntriesByReference[entry.reference]?.spec, declared.location == .meshExternal
        else { return nil }
        return declared.hosts + declared.endpoints.map(\.address) + declared.subjectAltNames
    }

    private func check(
        _ service: Declared<VirtualService>, rule: Int, _ host: String, _ declared: [String], _ findings: inout FindingCollector
    ) {
        let route = service.spec.http[rule]
        if let (authority, path) = Self.authority(of: route, rule) {
            let name = authority.prefix { $0 != ":" }.lowercased()
            // Values may be taken from the request.
            guard !authority.contains("%"), !declared.contains(where: { Hostname.isSubset(name, of: $0.lowercased()) }) else { return }
            findings.report(
                .authorityMismatch, on: service.object, at: path,
                "requests go to \(host) with the authority \(authority); external servers answer 404, 421 or another site's page for a host that isn't theirs. Write authority: \(host)")
            return
        }
        let hosts = service.spec.hosts.map { Hostname.expand($0, namespace: service.namespace, domain: "cluster.local") }
        guard !hosts.contains(where: { Hostname.matches(host, $0) }), let sent = service.spec.hosts.first else { return }
        findings.report(
            .authorityMissing, on: service.object, at: "spec.http[\(rule)]",
            "requests for \(sent) go to \(host) with the authority \(sent), which the external server doesn't know. Write rewrite: {authority: \(host)}")
    }

    /// The authority that a rule sets, by rewriting or by a header.
    private static func authority(of route: VirtualService.HTTPRoute, _ rule: Int) -> (value: String, path: String)? {
        if let authority = route.rewrite?.authority, !authority.isEmpty { return (authority, "spec.http[\(rule)].rewrite.authority") }
        let operations = [route.headers?.request] + route.route.map(\.headers?.request)
        for operation in operations.compactMap({ $0 }) {
            for (name, value) in operation.set.merging(operation.add, uniquingKeysWith: { first, _ in first }) {
                if ["host", ":authority", "authority"].contains(name.lowercased()) { return (value, "spec.http[\(rule)].headers.request.set[\(name)]") }
            }
        }
        return nil
    }
}
