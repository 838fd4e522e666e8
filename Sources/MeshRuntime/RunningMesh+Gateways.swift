internal import MeshCompilation

extension RunningMesh {
    /// Brings up the gateways that the configuration asks for, stops those that it
    /// no longer asks for, and puts it in force for all.
    func updateGateways() async throws {
        let wanted = Set(compiled.gateways)
        for (gateway, proxy) in gateways where !wanted.contains(gateway) {
            gateways[gateway] = nil
            await proxy.stop()
        }
        for gateway in compiled.gateways {
            if gateways[gateway] == nil, let new = try await start(gateway) {
                // Another reload may have brought it up meanwhile.
                if gateways[gateway] == nil { gateways[gateway] = new } else { await new.stop() }
            }
            await gateways[gateway]?.update(compiled)
        }
    }

    private func start(_ gateway: LocalGateway) async throws -> (any LocalProxy)? {
        guard let dataPlane else { return nil }
        switch options.dataPlane {
        case .petrel: return InProcessGateway(gateway, dataPlane: dataPlane, discovery: discovery, emit: emit)
        case .envoy: return try await EnvoyGateway(gateway, xdsPort: discovery.port, options: options, emit: emit)
        case .none: return nil
        }
    }

    /// A line for each gateway: who it is and where it listens.
    func gatewayLines() -> [String] {
        compiled.gateways.map { gateway in
            let ports = gateway.services.flatMap { service in
                service.ports.map { "\($0.number) at \(LocalGateway.address):\(gatewayPorts.port(of: service.reference, $0))" }
            }
            return "\(gateway.text) (\(ports.joined(separator: ", ")))"
        }
    }
}
