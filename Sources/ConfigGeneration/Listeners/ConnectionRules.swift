internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry

/// The `tls` and `tcp` rules of an egress listener's VirtualServices, turned
/// into the filter chains of a service.
///
/// What can be decided for the proxy (gateway, port, its labels and
/// namespace) is decided here; what depends on the connection (server name,
/// address) becomes a chain's match.
struct ConnectionRules {
    private let context: ProxyContext
    private let filters: NetworkFilters
    private let authorization: OutboundAuthorization
    private let byHost: HostIndex<[Ranked]>

    private struct Ranked: Sendable {
        let rank: Int
        let rule: ResolvedVirtualService
    }

    init(_ rules: [ResolvedVirtualService], context: ProxyContext) {
        self.context = context
        filters = NetworkFilters(context: context)
        authorization = OutboundAuthorization(context: context)
        var byHost = HostIndex<[Ranked]>()
        for (rank, rule) in rules.enumerated() where !rule.spec.tls.isEmpty || !rule.spec.tcp.isEmpty {
            for host in Set(rule.hosts) { byHost[host, default: []].append(Ranked(rank: rank, rule: rule)) }
        }
        self.byHost = byHost
    }

    /// Rules with a host that shares hosts with a service, oldest first.
    private func rules(for service: Service) -> [ResolvedVirtualService] {
        if byHost.isEmpty { return [] }
        var found = byHost.covering(service.hostname).flatMap { $0 }
        if Hostname.isWildcard(service.hostname) {
            found += byHost.covered(by: service.hostname).flatMap { $0 }
        }
        if found.count < 2 { return found.map(\.rule) }
        var seen: Set<Int> = []
        return found.sorted { $0.rank < $1.rank }.filter { seen.insert($0.rank).inserted }.map(\.rule)
    }

    // MARK: - By server name

    func tlsChains(_ place: OutboundListenerBuilder.Place, isWildcard: Bool) -> [OutboundListener.TCPChain] {
        let service = place.service
        var chains: [OutboundListener.TCPChain] = []
        var handled: Set<[String]> = []
        for rule in rules(for: service) {
            for route in rule.spec.tls {
                for match in route.match where applies(match, place.port.number) {
                    let key = match.sniHosts.sorted() + ["|"] + match.destinationSubnets.sorted()
                    guard handled.insert(key).inserted else { continue }
                    chains.append(
                        .init(
                            serverNames: match.sniHosts.contains("*") ? [] : match.sniHosts,
                            ranges: match.destinationSubnets.isEmpty
                                ? place.ranges : match.destinationSubnets.compactMap(AddressRange.init),
                            filters: routed(route.route, rule, place), rule: rule,
                            origins: [rule.origin] + service.origins + authorization.origins([service])))
                }
            }
        }
        if !chains.isEmpty { return chains }
        // At an address of its own the service is known without its name; but where
        // the name is resolved anew, only the service's own names may be.
        let needsName = (isWildcard && !place.isOwnAddress) || service.resolution == .dynamicDNS
        return [
            .init(
                serverNames: needsName && service.hostname != "*" ? [service.hostname] : [],
                ranges: place.ranges,
                filters: plain(place), rule: nil, origins: service.origins + authorization.origins([service]))
        ]
    }

    private func applies(_ match: VirtualService.TLSMatchAttributes, _ port: Int) -> Bool {
        (match.gateways.isEmpty || match.gateways.contains("mesh"))
            && (match.port == 0 || Int(match.port) == port)
            && context.matches(labels: match.sourceLabels, namespace: match.sourceNamespace)
    }

    // MARK: - By address

    func tcpChains(_ place: OutboundListenerBuilder.Place) -> [OutboundListener.TCPChain] {
        var chains: [OutboundListener.TCPChain] = []
        for rule in rules(for: place.service) {
            for route in rule.spec.tcp {
                if route.match.isEmpty { return chains + [chain(route, rule, place, place.ranges)] }
                var subnets: [String] = []
                for match in route.match where applies(match, place.port.number) {
                    if match.destinationSubnets.isEmpty || place.port.number == 0 {
                        return chains + [chain(route, rule, place, place.ranges)]
                    }
                    subnets += match.destinationSubnets
                }
                let ranges = subnets.compactMap(AddressRange.init)
                if !ranges.isEmpty { chains.append(chain(route, rule, place, ranges)) }
            }
        }
        chains.append(
            .init(
                ranges: place.ranges,
                filters: plain(place), rule: nil,
                origins: place.service.origins + authorization.origins([place.service])))
        return chains
    }

    private func chain(
        _ route: VirtualService.TCPRoute, _ rule: ResolvedVirtualService,
        _ place: OutboundListenerBuilder.Place, _ ranges: [AddressRange]
    ) -> OutboundListener.TCPChain {
        .init(
            ranges: ranges, filters: routed(route.route, rule, place), rule: rule,
            origins: [rule.origin] + place.service.origins + authorization.origins([place.service]))
    }

    // MARK: - Filters

    private func plain(_ place: OutboundListenerBuilder.Place) -> [EnvoyNetworkFilter] {
        authorization.network([.init(service: place.service, port: place.port.number)])
            + filters.service(place.service, port: port(of: place), listenPort: place.port)
    }

    /// Policies of the service that was dialled, and of those that it is sent to.
    private func routed(
        _ routes: [VirtualService.RouteDestination], _ rule: ResolvedVirtualService,
        _ place: OutboundListenerBuilder.Place
    ) -> [EnvoyNetworkFilter] {
        let targets = routes.compactMap(\.destination).compactMap {
            authorization.called(filters.cluster($0, listenPort: place.port.number))
        }
        return authorization.network([.init(service: place.service, port: place.port.number)] + targets)
            + filters.routes(routes, rule: rule, listenPort: place.port)
    }

    private func applies(_ match: VirtualService.L4MatchAttributes, _ port: Int) -> Bool {
        (match.gateways.isEmpty || match.gateways.contains("mesh"))
            && (match.port == 0 || Int(match.port) == port)
            && context.matches(labels: match.sourceLabels, namespace: match.sourceNamespace)
    }

    /// A listener on a port of the user's choosing leads to the service's
    /// only port.
    private func port(of place: OutboundListenerBuilder.Place) -> Int {
        place.service.ports.count == 1 ? place.service.ports[0].number : place.port.number
    }
}

extension ProxyContext {
    /// Whether a rule's conditions on the client hold for this proxy.
    func matches(labels: [String: String], namespace: String) -> Bool {
        (namespace.isEmpty || namespace == proxy.namespace)
            && labels.allSatisfy { proxy.labels[$0.key] == $0.value }
    }
}
