internal import MeshAPI
internal import ServiceRegistry

/// PTR1013, PTR1018, PTR1019: routes that nothing arrives at, and routes that lead nowhere.
struct RouteReachability: AnalysisRule {
    let codes: [FindingCode] = [.hostInNoRegistry, .destinationHidden, .noCluster]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        for service in mesh.virtualServices {
            if service.spec.appliesToMesh { checkHosts(service, mesh, &findings) }
            for target in service.spec.routeTargets + service.spec.mirrorTargets {
                guard let destination = target.destination, !destination.host.isEmpty else { continue }
                if checkVisibility(destination, target, service, mesh, &findings), service.spec.appliesToMesh {
                    checkCluster(destination, target, service, mesh, &findings)
                }
            }
        }
    }

    private func checkHosts(_ service: Declared<VirtualService>, _ mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        guard !service.spec.http.isEmpty else { return }
        for (index, host) in service.spec.hosts.enumerated() {
            let name = Hostname.expand(host, namespace: service.namespace, domain: "cluster.local")
            guard mesh.hosts.matching(name).isEmpty else { continue }
            findings.report(
                .hostInNoRegistry, on: service.object, at: "spec.hosts[\(index)]",
                "no service is declared for \(host): the routes apply to port 80 only, and the name has to be resolved by the app's own DNS. Declare it with a ServiceEntry to have other ports and an address from the mesh")
        }
    }

    /// Whether the destination can be seen.
    private func checkVisibility(
        _ destination: VirtualService.Destination, _ target: RouteTarget, _ service: Declared<VirtualService>, _ mesh: AnalyzedMesh,
        _ findings: inout FindingCollector
    ) -> Bool {
        let visible = mesh.hosts.entries(for: destination.host, from: service.namespace, exportTo: service.spec.exportTo)
        guard visible.isEmpty else { return true }
        let name = Hostname.expand(destination.host, namespace: service.namespace, domain: "cluster.local")
        if let hidden = mesh.hosts.matching(name).first(where: { !$0.visibility.includes(service.namespace) }) {
            findings.report(
                .destinationHidden, on: service.object, at: target.path + ".host",
                "\(hidden.reference) declares \(destination.host), but its exportTo leaves out namespace \(service.namespace): requests get 503 NC (no-cluster). Add \(service.namespace) to its exportTo")
        }
        return false
    }

    private func checkCluster(
        _ destination: VirtualService.Destination, _ target: RouteTarget, _ virtualService: Declared<VirtualService>, _ mesh: AnalyzedMesh,
        _ findings: inout FindingCollector
    ) {
        let namespace = virtualService.namespace
        let name = Hostname.expand(destination.host, namespace: namespace, domain: "cluster.local")
        guard let service = mesh.snapshot.service(named: name, visibleTo: namespace, preferring: namespace) else { return }
        if let number = destination.port?.number {
            let merged = (mesh.servicesByHost[name] ?? []).filter {
                $0.namespace == service.namespace && $0.visibility.includes(namespace)
            }
            if !merged.contains(where: { $0.port(Int(number)) != nil }) {
                let ports = service.ports.map { String($0.number) }.joined(separator: ", ")
                findings.report(
                    .noCluster, on: virtualService.object, at: target.path + ".port.number",
                    "apps in namespace \(namespace) see \(destination.host) as \(service.origin) declares it, without port \(number): requests get 503 NC (no-cluster). Its ports are \(ports.isEmpty ? "none" : ports)")
            }
        }
        guard !destination.subset.isEmpty else { return }
        let rule = mesh.snapshot.destinationRule(for: service, proxy: ProxyIdentity(namespace: namespace))
        if rule?.spec.subsets.contains(where: { $0.name == destination.subset }) == true { return }
        let applied = rule.map { "\($0.origin) applies to them and has no such subset" } ?? "no DestinationRule with it applies to them"
        findings.report(
            .noCluster, on: virtualService.object, at: target.path + ".subset",
            "apps in namespace \(namespace) have no subset \(destination.subset) of \(destination.host): \(applied). Requests get 503 NC (no-cluster). Rules count in the client's namespace, then the service's, then the root namespace")
    }
}
