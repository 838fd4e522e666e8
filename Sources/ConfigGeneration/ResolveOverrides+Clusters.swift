public import EnvoyAPI

extension ResolveOverrides {
    /// Puts the overridden addresses into clusters that resolve names, so that an
    /// override means the same to every proxy that gets these resources.
    public func apply(to resources: inout ResourceSet) {
        if isEmpty { return }
        for index in resources.clusters.indices { apply(to: &resources.clusters[index]) }
    }

    /// The same for one cluster.
    public func apply(to cluster: inout Envoy_Config_Cluster_V3_Cluster) {
        guard Self.resolvesNames(cluster) else { return }
        var assignment = cluster.loadAssignment
        var isChanged = false
        for group in assignment.endpoints.indices {
            for position in assignment.endpoints[group].lbEndpoints.indices {
                let socket = assignment.endpoints[group].lbEndpoints[position].endpoint.address.socketAddress
                guard let target = target(host: socket.address, port: socket.portValue) else { continue }
                assignment.endpoints[group].lbEndpoints[position].endpoint.address =
                    EnvoyAddress(target.address, port: Int(target.port))
                if target.address.utf8.contains(UInt8(ascii: ":")) { Self.allowIPv6(&cluster) }
                isChanged = true
            }
        }
        if isChanged { cluster.loadAssignment = assignment }
    }

    private static func resolvesNames(_ cluster: Envoy_Config_Cluster_V3_Cluster) -> Bool {
        switch cluster.clusterDiscoveryType {
        case .type(let type)?: type == .strictDns || type == .logicalDns
        case .clusterType(let custom)?: custom.name == NameResolutionPlan.clusterTypeName
        case nil: false
        }
    }

    /// Resolvers that look for IPv4 only refuse IPv6 addresses too.
    private static func allowIPv6(_ cluster: inout Envoy_Config_Cluster_V3_Cluster) {
        typealias Config = Envoy_Extensions_Clusters_Dns_V3_DnsCluster
        if case .clusterType(let custom)? = cluster.clusterDiscoveryType,
            var config = try? custom.typedConfig.unpack(as: Config.self)
        {
            config.dnsLookupFamily = .all
            cluster.clusterType = NameResolutionPlan.wrap(config)
        } else {
            cluster.dnsLookupFamily = .all
        }
    }
}
