internal import EnvoyAPI
internal import SwiftProtobuf

/// `ClusterLoadAssignment` to endpoints.
struct EndpointCompiler {
    let arena: Arena

    func endpoints(_ message: Envoy_Config_Endpoint_V3_ClusterLoadAssignment, resolvesNames: Bool)
        throws(CompileError) -> FlatArray<EndpointPlan>
    {
        if !message.policy.dropOverloads.isEmpty { throw .unsupported("policy.drop_overloads") }
        if message.policy.hasOverprovisioningFactor, message.policy.overprovisioningFactor.value != 140 {
            throw .unsupported("policy.overprovisioning_factor")
        }
        if message.policy.hasEndpointStaleAfter { throw .unsupported("policy.endpoint_stale_after") }
        if message.policy.weightedPriorityHealth { throw .unsupported("policy.weighted_priority_health") }
        if !message.namedEndpoints.isEmpty { throw .unsupported("named_endpoints") }
        var plans: [EndpointPlan] = []
        for (outer, group) in message.endpoints.enumerated() {
            let parts = [group.locality.region, group.locality.zone, group.locality.subZone]
            let used = parts.lastIndex { !$0.isEmpty }.map { parts[...$0].joined(separator: "/") }
            let locality = arena.text(used ?? "")
            for (index, endpoint) in group.lbEndpoints.enumerated() {
                var plan = try within("endpoints[\(outer)].lb_endpoints[\(index)]") { () throws(CompileError) in
                    try self.endpoint(endpoint, resolvesNames: resolvesNames)
                }
                plan.locality = locality
                plan.priority = group.priority
                plan.localityWeight = group.loadBalancingWeight.value
                plans.append(plan)
            }
        }
        // Stable: within a priority the order is the configuration's.
        let ordered = plans.enumerated().sorted { ($0.element.priority, $0.offset) < ($1.element.priority, $1.offset) }
        return arena.array(ordered.map(\.element))
    }

    private func endpoint(_ message: Envoy_Config_Endpoint_V3_LbEndpoint, resolvesNames: Bool) throws(CompileError)
        -> EndpointPlan
    {
        guard case .endpoint(let endpoint) = message.hostIdentifier else { throw .unsupported("endpoint_name") }
        var plan = EndpointPlan()
        switch endpoint.address.address {
        case .socketAddress(let socket):
            guard socket.protocol == .tcp else { throw .unsupported("endpoint.address.socket_address.protocol") }
            plan.host = arena.text(socket.address)
            plan.address = IPAddress(socket.address)
            plan.port = UInt16(truncatingIfNeeded: socket.portValue)
            if plan.address == nil, !resolvesNames {
                throw CompileError("endpoint.address", "malformed IP address: \(socket.address)")
            }
        case .pipe(let pipe): plan.unixPath = arena.text(pipe.path)
        case .envoyInternalAddress: throw .unsupported("endpoint.address.envoy_internal_address")
        case nil: throw CompileError("endpoint.address", "none is set")
        }
        plan.hostname = endpoint.hostname.isEmpty && resolvesNames ? plan.host : arena.text(endpoint.hostname)
        if message.hasLoadBalancingWeight { plan.weight = message.loadBalancingWeight.value }
        if endpoint.hasHealthCheckConfig {
            let check = endpoint.healthCheckConfig
            if check.hasAddress { throw .unsupported("endpoint.health_check_config.address") }
            plan.checkPort = UInt16(truncatingIfNeeded: check.portValue)
            plan.checkHost = arena.text(check.hostname)
            plan.isUnchecked = check.disableActiveHealthCheck
        }
        if !endpoint.additionalAddresses.isEmpty { throw .unsupported("endpoint.additional_addresses") }
        plan.health =
            switch message.healthStatus {
            case .unknown, .UNRECOGNIZED: .unknown
            case .healthy: .healthy
            case .unhealthy: .unhealthy
            case .draining: .draining
            case .timeout: .timeout
            case .degraded: .degraded
            }
        if let metadata = message.metadata.filterMetadata["envoy.transport_socket_match"] {
            plan.transportLabels = labels(metadata)
        }
        if let field = message.metadata.filterMetadata["envoy.lb"]?.fields["hash_key"], case .stringValue(let key) = field.kind {
            plan.hashKey = arena.text(key)
        }
        return plan
    }

    /// The fields of a struct as labels; what isn't text is written as Envoy compares it.
    func labels(_ message: Google_Protobuf_Struct) -> FlatArray<TransportLabel> {
        let labels = message.fields.sorted { $0.key < $1.key }.map { name, value in
            let text: String =
                switch value.kind {
                case .stringValue(let text): text
                case .boolValue(let flag): flag ? "true" : "false"
                case .numberValue(let number): "\(number)"
                default: ""
                }
            return TransportLabel(name: arena.text(name), value: arena.text(text))
        }
        return arena.array(labels)
    }
}
