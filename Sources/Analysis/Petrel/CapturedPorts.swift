internal import MeshAPI
internal import ServiceRegistry

/// PTR1007, PTR1020: TCP ports without an address, which no name tells apart.
struct CapturedPorts: AnalysisRule {
    let codes: [FindingCode] = [.portCaptured, .portShared]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        var owners: [Int: [Service]] = [:]
        for service in mesh.snapshot.services where service.registry == .external && service.addresses.isEmpty && service.allocatedIPv4 == nil {
            guard let entry = mesh.serviceEntriesByReference[service.origin] else { continue }
            for port in service.ports where port.portProtocol.isTCP && !port.portProtocol.isTLS {
                report(service, port, entry, owners[port.number] ?? [], &findings)
                owners[port.number, default: []].append(service)
            }
        }
    }

    private func report(
        _ service: Service, _ port: ServicePort, _ entry: Declared<ServiceEntry>, _ owners: [Service], _ findings: inout FindingCollector
    ) {
        let index = entry.spec.ports.firstIndex { Int($0.number) == port.number } ?? 0
        let path = "spec.ports[\(index)]"
        if let owner = owners.first(where: { $0.origin != service.origin && $0.visibility.overlaps(service.visibility) }) {
            findings.report(
                .portShared, on: entry.object, at: path,
                "port \(port.number) of \(service.hostname) is never reached: \(owner.origin) has the port without an address too and is older (or first by name), and TCP carries no name to tell them apart. Give both addresses")
            return
        }
        let reason = service.resolution == .passthrough
            ? "with resolution NONE none is allocated" : "none is allocated, because the host is a wildcard or allocation is switched off"
        findings.report(
            .portCaptured, on: entry.object, at: path,
            "\(service.hostname) has no address (\(reason)), so its TCP port \(port.number) takes every connection to port \(port.number), whichever host is meant. Write addresses, or protocol: TLS when the app speaks TLS")
    }
}
