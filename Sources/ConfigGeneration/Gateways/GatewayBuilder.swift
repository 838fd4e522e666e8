internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

/// Builds the listeners and routes of a gateway's proxies from the Gateways
/// that select them and the VirtualServices bound to those.
struct GatewayBuilder {
    let context: ProxyContext
    let merged: MergedServers

    init(context: ProxyContext) {
        self.context = context
        merged = MergedServers(context: context)
    }

    func listeners() -> [EnvoyListener] {
        var listeners: [EnvoyListener] = []
        for port in merged.ports where canListen(port.number) {
            let chains = chains(of: port)
            guard !chains.isEmpty else { continue }
            var listener = EnvoyListener()
            let bind = port.bind.isEmpty ? context.wildcard : port.bind
            listener.name = Names.listener(bind, port.number)
            listener.address = EnvoyAddress(bind, port: port.number)
            listener.additionalAddresses = context.additionalAddresses(bind: bind, port: port.number)
            listener.trafficDirection = .outbound
            listener.accessLog = context.telemetry.listenerLogs
            listener.maxConnectionsToAcceptPerSocketEvent = .init(1)
            if !port.isHTTP, port.servers.contains(where: { $0.server.tls != nil }) {
                listener.listenerFilters = [ListenerFilters.tlsInspector]
            }
            listener.filterChains = chains
            listeners.append(listener)
            context.note(.listener(listener.name), port.servers.map(\.gateway) + AuthorizationFilters(context: context).origins)
        }
        return listeners
    }

    private func canListen(_ port: Int) -> Bool {
        context.proxy.metadata["UNPRIVILEGED_POD"] != "true" || port >= 1024
    }

    private func chains(of port: MergedServers.Port) -> [EnvoyFilterChain] {
        if port.isHTTP {
            guard let route = port.servers[0].routeName else { return [] }
            return [httpChain(route, port, tls: nil, sniHosts: [])]
        }
        var claimed: Set<String> = []
        return port.servers.flatMap { entry -> [EnvoyFilterChain] in
            if let route = entry.routeName {
                return [httpChain(route, port, tls: entry.server.tls, sniHosts: entry.sniHosts, name: entry.server.name)]
            }
            if let tls = entry.server.tls, tls.isPassthrough {
                return passthroughChains(entry, &claimed)
            }
            return tcpChain(entry)
        }
    }

    private func httpChain(
        _ route: String, _ port: MergedServers.Port, tls: GatewayObject.Server.TLS?, sniHosts: [String],
        name: String = ""
    ) -> EnvoyFilterChain {
        let bind = port.bind.isEmpty ? context.wildcard : port.bind
        let statPrefix = name.isEmpty ? "outbound_\(Names.listener(bind, port.number));" : name
        var manager = HTTPManager(routes: .named(route), statPrefix: statPrefix, context: context)
        manager.isGateway = true
        manager.acceptsHTTP10 = context.proxy.metadata["HTTP10"] == "1"
        manager.policies = AuthorizationFilters(context: context).http
        manager.dynamicHosts = context.scope.services.filter { $0.resolution == .dynamicDNS }.map(\.hostname)
        var chain = EnvoyFilterChain()
        if !sniHosts.isEmpty { chain.filterChainMatch.serverNames = sniHosts.sorted() }
        chain.filters = [manager.filter(for: context.proxy)]
        if let tls { chain.transportSocket = ServerTLS(context: context).transportSocket(tls, isHTTP: true) }
        chain.transportSocketConnectTimeout = OutboundListener.connectTimeout
        return chain
    }

    // MARK: - Bytes

    private func tcpChain(_ entry: MergedServers.Server) -> [EnvoyFilterChain] {
        guard let found = tcpRoute(entry) else { return [] }
        var chain = EnvoyFilterChain()
        if !entry.sniHosts.isEmpty { chain.filterChainMatch.serverNames = entry.sniHosts.sorted() }
        chain.filters = AuthorizationFilters(context: context).network + filters(found.routes, found.rule, entry)
        if let tls = entry.server.tls {
            chain.transportSocket = ServerTLS(context: context).transportSocket(tls, isHTTP: false)
        }
        chain.transportSocketConnectTimeout = OutboundListener.connectTimeout
        return [chain]
    }

    /// The first rule for a server's hosts whose conditions hold.
    private func tcpRoute(
        _ entry: MergedServers.Server
    ) -> (routes: [VirtualService.RouteDestination], rule: ResolvedVirtualService)? {
        for rule in rules(entry.gatewayName) where !serverHosts(entry.server, for: rule).isEmpty {
            for route in rule.spec.tcp where !route.route.isEmpty {
                let applies = route.match.isEmpty || route.match.contains {
                    matches(port: $0.port, gateways: $0.gateways, entry)
                        && context.matches(labels: $0.sourceLabels, namespace: $0.sourceNamespace)
                }
                if applies { return (route.route, rule) }
            }
            guard rule.isTLSRoute else { continue }
            for route in rule.spec.tls where !route.route.isEmpty {
                if route.match.contains(where: { matches(port: $0.port, gateways: $0.gateways, entry) }) {
                    return (route.route, rule)
                }
            }
        }
        return nil
    }

    private func passthroughChains(_ entry: MergedServers.Server, _ claimed: inout Set<String>) -> [EnvoyFilterChain] {
        if entry.server.tls?.mode == .autoPassthrough { return autoPassthroughChains(entry) }
        var chains: [EnvoyFilterChain] = []
        for rule in rules(entry.gatewayName) where !serverHosts(entry.server, for: rule).isEmpty {
            for route in rule.spec.tls where !route.route.isEmpty {
                for match in route.match where matches(port: match.port, gateways: match.gateways, entry) {
                    let names = match.sniHosts.map { "\(entry.server.bind) \($0)" }
                    guard !names.contains(where: claimed.contains) else { continue }
                    claimed.formUnion(names)
                    var chain = EnvoyFilterChain()
                    let asked = match.sniHosts.contains("*") ? [] : match.sniHosts.sorted()
                    if !asked.isEmpty { chain.filterChainMatch.serverNames = asked }
                    chain.filters = AuthorizationFilters(context: context).network
                        + filters(route.route, rule, entry)
                    chain.transportSocketConnectTimeout = OutboundListener.connectTimeout
                    chains.append(chain)
                }
            }
        }
        return chains
    }

    /// Mesh TLS is passed on to the service that its server name spells.
    private func autoPassthroughChains(_ entry: MergedServers.Server) -> [EnvoyFilterChain] {
        context.scope.services.filter { service in
            !service.isMeshExternal
                && (entry.sniHosts.isEmpty || entry.sniHosts.contains { Hostname.isSubset(service.hostname, of: $0) })
        }.flatMap { service in
            service.ports.filter { $0.portProtocol != .udp }.map { port in
                let name = Names.sni(port: port.number, host: service.hostname)
                var chain = EnvoyFilterChain()
                chain.filterChainMatch.serverNames = [name]
                chain.filterChainMatch.applicationProtocols = [
                    "istio-peer-exchange", "istio", "istio-http/1.0", "istio-http/1.1", "istio-h2",
                ]
                chain.filters = NetworkFilters(context: context).plain(name)
                chain.transportSocketConnectTimeout = OutboundListener.connectTimeout
                return chain
            }
        }
    }

    private func filters(
        _ routes: [VirtualService.RouteDestination], _ rule: ResolvedVirtualService, _ entry: MergedServers.Server
    ) -> [EnvoyNetworkFilter] {
        let port = ServicePort(
            number: entry.server.port, name: entry.server.portName, portProtocol: entry.server.portProtocol)
        return NetworkFilters(context: context).routes(routes, rule: rule, listenPort: port)
    }

    // MARK: - Shared

    func rules(_ gateway: String) -> [ResolvedVirtualService] {
        context.snapshot.virtualServices(gateway: gateway, namespace: context.proxy.namespace)
    }

    private func matches(port: UInt32, gateways: [String], _ entry: MergedServers.Server) -> Bool {
        (gateways.isEmpty || gateways.contains(entry.gatewayName)) && (port == 0 || Int(port) == entry.server.port)
    }

    /// The hosts that a server shares with a rule, the narrower of each pair.
    func serverHosts(_ server: GatewayObject.Server, for rule: ResolvedVirtualService) -> [String] {
        var found: [String] = []
        for entry in server.hosts {
            let parts = entry.split(separator: "/", maxSplits: 1).map(String.init)
            if parts.count == 2, parts[0] != rule.namespace { continue }
            let host = parts[parts.count - 1]
            for own in rule.hosts {
                let narrower = Hostname.isSubset(own, of: host) ? own : Hostname.isSubset(host, of: own) ? host : nil
                if let narrower, !found.contains(narrower) { found.append(narrower) }
            }
        }
        return found
    }
}
