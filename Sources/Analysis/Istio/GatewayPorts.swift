internal import MeshAPI

/// IST0101 (selector), IST0162: gateways that select no workload, and ports that its Service doesn't expose.
struct GatewayPorts: AnalysisRule {
    let codes: [FindingCode] = [.referenceNotFound, .gatewayPortNotOnService]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        for gateway in mesh.gateways { check(gateway, mesh, &findings) }
    }

    private func check(_ gateway: Declared<Gateway>, _ mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        let selector = gateway.spec.selector
        let pods = mesh.pods(selectedBy: selector)
        guard !pods.isEmpty else {
            findings.report(
                .referenceNotFound, on: gateway.object, at: "spec.selector",
                "Referenced selector not found: \"\(selector.selectorText)\"")
            return
        }
        var exposed: Set<UInt32> = []
        for pod in pods {
            for service in mesh.services where service.namespace == pod.namespace && service.spec.selector.isSelector(of: pod.labels) {
                for port in service.spec.ports where port.protocol.isEmpty || port.protocol == "TCP" { exposed.formUnion([port.port, Self.targetPort(port)]) }
            }
        }
        for (index, server) in gateway.spec.servers.enumerated() {
            guard let number = server.port?.number, !exposed.contains(number) else { continue }
            findings.report(
                .gatewayPortNotOnService, on: gateway.object, at: "spec.servers[\(index)].port.number",
                "The gateway is listening on a target port (port \(number)) that is not defined in the Service associated with its workload instances (Pod selector \(selector.selectorText)). If you need to access the gateway port through the gateway Service, it will not be available.")
        }
    }

    private static func targetPort(_ port: KubernetesService.Port) -> UInt32 {
        switch port.targetPort {
        case .integer(let number)? where number > 0: UInt32(clamping: number)
        case .string(let text)?: UInt32(text) ?? port.port
        default: port.port
        }
    }
}
