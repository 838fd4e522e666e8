internal import MeshAPI
internal import ServiceRegistry

/// PTR1006: one host declared by several objects; which of them counts, and why.
struct DuplicateHosts: AnalysisRule {
    let codes: [FindingCode] = [.hostDeclaredTwice]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        let objects = Dictionary(mesh.objects.map { ($0.reference, $0) }, uniquingKeysWith: { first, _ in first })
        // In registry order: the oldest first.
        let byHost = Dictionary(grouping: mesh.snapshot.services.filter { $0.resolution != .alias }, by: \.hostname)
        for (host, services) in byHost where services.count > 1 {
            for (index, service) in services.enumerated() where service.registry == .external {
                guard let object = objects[service.origin], let (message, severity) = verdict(service, at: index, of: services, host) else { continue }
                let position = Self.position(of: host, in: object)
                findings.report(.hostDeclaredTwice, on: object, at: position, severity: severity, message)
            }
        }
    }

    private static func position(of host: String, in object: MeshObject) -> String {
        guard case .serviceEntry(let entry) = object.spec, let index = entry.hosts.firstIndex(of: host) else { return "spec.hosts" }
        return "spec.hosts[\(index)]"
    }

    /// What becomes of a declaration beside the others; nil when it is the one that counts.
    private func verdict(
        _ service: Service, at index: Int, of services: [Service], _ host: String
    ) -> (String, Finding.Severity)? {
        let rivals = services.enumerated().filter {
            $0.element !== service && $0.element.origin != service.origin && $0.element.visibility.overlaps(service.visibility)
        }
        let same = rivals.filter { $0.element.namespace == service.namespace }
        if let older = same.first(where: { $0.offset < index })?.element {
            let order = "the older one counts, and among equals the first by name"
            guard older.resolution == service.resolution, older.visibility == service.visibility, older.labels == service.labels else {
                return (
                    "\(host) is declared by \(older.origin) as well, with another resolution, exportTo or labels: \(order), and this one's ports are lost. Merge the two",
                    .warning
                )
            }
            let taken = service.ports.filter { port in older.ports.contains { $0.number == port.number } }.map { String($0.number) }
            if taken.isEmpty { return ("\(host) is declared by \(older.origin) as well; the ports of both make one service", .info) }
            return (
                "\(host) is declared by \(older.origin) as well, and both have port \(taken.joined(separator: ", ")): its definition there counts (\(order)), the endpoints of both are used",
                .warning
            )
        }
        let others = rivals.filter { $0.element.namespace != service.namespace }
        if let kubernetes = others.first(where: { $0.element.registry == .kubernetes })?.element {
            return (
                "\(host) is the Kubernetes \(kubernetes.origin) as well, which counts everywhere but in namespace \(service.namespace)", .warning
            )
        }
        guard let first = others.first(where: { $0.offset < index })?.element else { return nil }
        return (
            "\(host) is declared by \(first.origin) as well: this one counts in namespace \(service.namespace) only; elsewhere the older one counts (among equals the first by name), with its ports and endpoints alone. Export each to its own namespace with exportTo: [\".\"], or keep one",
            .warning
        )
    }
}
