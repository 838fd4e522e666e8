internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

/// Builds the filters of chains that forward bytes.
struct NetworkFilters {
    let context: ProxyContext

    /// To one cluster that no rule speaks of.
    func plain(_ cluster: String) -> [EnvoyNetworkFilter] {
        var proxy = EnvoyTCPProxy()
        proxy.accessLog = context.telemetry.connectionLogs
        proxy.statPrefix = cluster
        proxy.cluster = cluster
        return [EnvoyNetworkFilter("envoy.filters.network.tcp_proxy", proxy)]
    }

    /// To a service as it is.
    func service(_ service: Service, port: Int, listenPort: ServicePort) -> [EnvoyNetworkFilter] {
        let cluster = Names.cluster(port: port, host: service.hostname)
        var proxy = EnvoyTCPProxy()
        proxy.statPrefix = cluster
        proxy.cluster = cluster
        apply(context.rule(for: service), subset: "", port: port, to: &proxy, skipsTunnel: false)
        var filters = stack(proxy, listenPort)
        if service.resolution == .dynamicDNS {
            filters.insert(dynamicForwardProxy(service, port), at: 0)
        }
        return filters
    }

    /// To the destinations of a routing rule.
    func routes(
        _ routes: [VirtualService.RouteDestination], rule: ResolvedVirtualService, listenPort: ServicePort
    ) -> [EnvoyNetworkFilter] {
        let used = routes.count == 1 ? routes : routes.filter { $0.weight > 0 }
        guard let first = used.first, let target = first.destination else { return [] }
        var proxy = EnvoyTCPProxy()
        if used.count == 1 {
            proxy.cluster = cluster(target, listenPort: listenPort.number)
            proxy.statPrefix = proxy.cluster
        } else {
            proxy.statPrefix = "\(rule.name).\(rule.namespace)"
            proxy.weightedClusters.clusters = used.compactMap { route in
                guard let destination = route.destination else { return nil }
                var weight = EnvoyTCPProxy.WeightedCluster.ClusterWeight()
                weight.name = cluster(destination, listenPort: listenPort.number)
                weight.weight = UInt32(route.weight)
                return weight
            }
        }
        let port = destinationPort(target, listenPort: listenPort.number)
        apply(context.rule(forHost: target.host), subset: target.subset, port: port, to: &proxy, skipsTunnel: used.count > 1)
        return stack(proxy, listenPort)
    }

    /// The cluster of a destination: its port, else the only port of its
    /// service, else the listener's.
    func cluster(_ destination: VirtualService.Destination, listenPort: Int) -> String {
        Names.cluster(
            port: destinationPort(destination, listenPort: listenPort), subset: destination.subset,
            host: context.target(ofHost: destination.host))
    }

    private func destinationPort(_ destination: VirtualService.Destination, listenPort: Int) -> Int {
        if let number = destination.port?.number { return Int(number) }
        if let service = context.service(named: destination.host), service.ports.count == 1 {
            return service.ports[0].number
        }
        return listenPort
    }

    private func apply(
        _ rule: ResolvedDestinationRule?, subset: String, port: Int, to proxy: inout EnvoyTCPProxy, skipsTunnel: Bool
    ) {
        guard let rule else { return }
        let policy = EffectivePolicy.of(rule.spec, subset: subset, port: port)
        if let idle = policy.connectionPool?.tcp?.idleTimeout { proxy.idleTimeout = .init(idle) }
        if let limit = policy.connectionPool?.tcp?.maxConnectionDuration {
            proxy.maxDownstreamConnectionDuration = .init(limit)
        }
        if policy.loadBalancer?.consistentHash?.useSourceIp == true {
            var hash = Envoy_Type_V3_HashPolicy()
            hash.sourceIp = .init()
            proxy.hashPolicy = [hash]
        }
        if let tunnel = policy.tunnel, !skipsTunnel {
            var config = EnvoyTCPProxy.TunnelingConfig()
            config.hostname = "\(Names.domain(tunnel.targetHost)):\(tunnel.targetPort)"
            config.usePost = tunnel.protocol.uppercased() == "POST"
            proxy.tunnelingConfig = config
        }
    }

    private func stack(_ proxy: EnvoyTCPProxy, _ port: ServicePort) -> [EnvoyNetworkFilter] {
        var proxy = proxy
        proxy.accessLog = context.telemetry.connectionLogs
        if let idle = context.proxy.metadata["IDLE_TIMEOUT"].flatMap(Duration.init(goText:)), !proxy.hasIdleTimeout {
            proxy.idleTimeout = .init(idle)
        }
        let filter = EnvoyNetworkFilter("envoy.filters.network.tcp_proxy", proxy)
        guard port.portProtocol == .mongo else { return [filter] }
        var mongo = Envoy_Extensions_Filters_Network_MongoProxy_V3_MongoProxy()
        mongo.statPrefix = proxy.statPrefix
        return [EnvoyNetworkFilter("envoy.filters.network.mongo_proxy", mongo), filter]
    }

    /// Looks up the address of the server name that the client asks for.
    private func dynamicForwardProxy(_ service: Service, _ port: Int) -> EnvoyNetworkFilter {
        var config = Envoy_Extensions_Filters_Network_SniDynamicForwardProxy_V3_FilterConfig()
        config.dnsCacheConfig = DynamicDNS.cache(host: service.hostname, proxy: context.proxy)
        config.portValue = UInt32(clamping: port)
        return EnvoyNetworkFilter("envoy.filters.network.sni_dynamic_forward_proxy", config)
    }
}
