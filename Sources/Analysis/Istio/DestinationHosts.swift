internal import MeshAPI

/// IST0101 (host, host:port, mirror host), IST0112, IST0140: where VirtualServices lead.
struct DestinationHosts: AnalysisRule {
    let codes: [FindingCode] = [.referenceNotFound, .destinationPortRequired, .ineffectiveSubset]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        for service in mesh.virtualServices {
            for target in service.spec.routeTargets { check(target, "host", service, mesh, &findings) }
            for target in service.spec.mirrorTargets { check(target, "mirror host", service, mesh, &findings) }
            checkSubsets(service, mesh, &findings)
        }
    }

    private func check(
        _ target: RouteTarget, _ word: String, _ service: Declared<VirtualService>, _ mesh: AnalyzedMesh, _ findings: inout FindingCollector
    ) {
        let host = target.destination?.host ?? ""
        let entries = mesh.hosts.entries(for: host, from: service.namespace, exportTo: service.spec.exportTo)
        guard !entries.isEmpty else {
            findings.report(
                .referenceNotFound, on: service.object, at: target.path + ".host", "Referenced \(word) not found: \"\(host)\"")
            return
        }
        guard let number = target.destination?.port?.number else {
            guard let several = entries.first(where: { $0.ports.count > 1 }) else { return }
            let numbers = several.ports.map(String.init).joined(separator: " ")
            findings.report(
                .destinationPortRequired, on: service.object, at: target.path + ".host",
                "This VirtualService routes to a service \"\(host)\" that exposes multiple ports [\(numbers)]. Specifying a port in the destination is required to disambiguate.")
            return
        }
        if !entries.contains(where: { $0.ports.contains(number) }) {
            findings.report(
                .referenceNotFound, on: service.object, at: target.path + ".host", "Referenced host:port not found: \"\(host):\(number)\"")
        }
    }

    /// A route of a gateway goes to a host without a subset, though the mesh's own routes give it one.
    private func checkSubsets(_ service: Declared<VirtualService>, _ mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        guard !service.spec.gateways.isEmpty, !service.spec.appliesToMesh else { return }
        for target in service.spec.routeTargets where target.httpRule != nil && target.destination?.subset.isEmpty == true {
            for other in mesh.virtualServices where other.spec.gateways.isEmpty {
                let hasSubset = other.spec.routeTargets.contains {
                    $0.httpRule != nil && $0.destination?.subset.isEmpty == false && $0.destination?.host == target.destination?.host
                }
                guard hasSubset else { continue }
                findings.report(
                    .ineffectiveSubset, on: service.object, at: target.path + ".host",
                    "Subset in virtual service \(other.fullName) has no effect on ingress gateway \(service.fullName) requests")
            }
        }
    }
}
