internal import MeshAPI

/// Turns declared objects into services and their endpoints.
struct RegistryBuilder {
    let mesh: MeshConfig
    let domain: String
    let workloads: WorkloadIndex
    private(set) var services: [Service] = []
    private(set) var endpoints: [ServiceKey: [ServiceEndpoint]] = [:]

    init(mesh: MeshConfig, domain: String, workloads: WorkloadIndex) {
        self.mesh = mesh
        self.domain = domain
        self.workloads = workloads
    }

    mutating func add(_ service: Service, endpoints: [ServiceEndpoint]) {
        services.append(service)
        if !endpoints.isEmpty { self.endpoints[service.key, default: []] += endpoints }
    }

    /// Oldest first, then by host, namespace and object; with the hosts that
    /// mean a service attached to it.
    func sortedServices() -> [Service] {
        let sorted = services.sorted { left, right in
            if left.creationTimestamp != right.creationTimestamp {
                return left.creationTimestamp < right.creationTimestamp
            }
            if left.hostname != right.hostname { return left.hostname < right.hostname }
            if left.namespace != right.namespace { return left.namespace < right.namespace }
            return left.origin.name < right.origin.name
        }
        return attachAliases(sorted)
    }

    private func attachAliases(_ services: [Service]) -> [Service] {
        var aliases: [String: [String]] = [:]
        for service in services where service.resolution == .alias {
            if let target = service.externalName { aliases[target, default: []].append(service.hostname) }
        }
        if aliases.isEmpty { return services }
        return services.map { service in
            guard service.resolution != .alias, let names = aliases[service.hostname] else { return service }
            return service.with(aliases: names.sorted())
        }
    }
}
