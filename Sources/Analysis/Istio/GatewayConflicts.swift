internal import MeshAPI
internal import ServiceRegistry

/// IST0145: gateways of one workload that serve the same host on the same port.
struct GatewayConflicts: AnalysisRule {
    let codes: [FindingCode] = [.conflictingGateways]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        for gateway in mesh.gateways {
            let others = mesh.gateways.filter { $0.reference != gateway.reference && Self.shareWorkloads(gateway.spec, $0.spec) }
            for (index, server) in gateway.spec.servers.enumerated() {
                guard let port = server.port else { continue }
                let conflicts = others.filter { other in
                    other.spec.servers.contains { Self.conflict(server, $0) }
                }
                guard !conflicts.isEmpty else { continue }
                let names = conflicts.map(\.fullName).sorted().joined(separator: ",")
                findings.report(
                    .conflictingGateways, on: gateway.object, at: "spec.servers[\(index)]",
                    "Conflict with gateways \(names) (workload selector \(gateway.spec.selector.selectorText), port \(port.number), hosts \(server.hosts.joined(separator: ","))).")
            }
        }
    }

    private static func shareWorkloads(_ left: Gateway, _ right: Gateway) -> Bool {
        left.selector.isSelector(of: right.selector) || right.selector.isSelector(of: left.selector)
    }

    private static func conflict(_ left: Gateway.Server, _ right: Gateway.Server) -> Bool {
        guard let port = left.port, port.number == right.port?.number, left.bind == right.bind else { return false }
        return left.hosts.contains { host in right.hosts.contains { Hostname.matches(host, $0) } }
    }
}
