internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

/// The virtual hosts of one port. Rules come first, in order of precedence;
/// then services that no rule speaks for. A domain belongs to the first that
/// has it.
struct VirtualHosts {
    let context: ProxyContext
    let index: RouteIndex
    /// 0 where all ports are served: explicit proxies and Unix sockets.
    let port: Int
    /// For a service with a listener of its own: its host, which then gets
    /// every request.
    let only: String?
    private(set) var origins: [(String, [ObjectReference])] = []

    private var names: Set<String> = []
    private var domains: Set<String> = []
    private var hosts: [EnvoyVirtualHost] = []
    private var served: Set<String> = []

    init(context: ProxyContext, index: RouteIndex, port: Int, only: String?) {
        self.context = context
        self.index = index
        self.port = port
        self.only = only
    }

    mutating func build() -> [EnvoyVirtualHost] {
        let count = (index.byPort[port]?.count ?? 0) + 1
        names.reserveCapacity(count)
        domains.reserveCapacity(count * 3)
        hosts.reserveCapacity(count)
        origins.reserveCapacity(count)
        for entry in entries() { add(entry) }
        for service in services() where !served.contains(service.hostname) {
            for own in ports(of: service) where own.portProtocol.isHTTPOrSniffed {
                add(service, own.number, routes: [defaultRoute(service, own.number)], rule: nil)
            }
        }
        if only != nil {
            hosts = hosts.map { host in
                var host = host
                host.domains = ["*"]
                return host
            }
        }
        return hosts
    }

    private func entries() -> [RouteIndex.Entry] {
        // A host that no service has is served on port 80, as in Istio.
        if port == 0 || port == 80 { return index.entries }
        return (index.entriesByPort[port] ?? []).map { index.entries[$0] }
    }

    private func services() -> [Service] {
        if let only { return [index.service(only)].compactMap { $0 } }
        if port == 0 { return index.services }
        return (index.byPort[port] ?? []).map { index.services[$0] }
    }

    private func ports(of service: Service) -> [ServicePort] {
        port == 0 ? service.ports : [service.port(port)].compactMap { $0 }
    }

    private func isServed(_ service: Service) -> Bool {
        (only == nil || service.hostname == only) && !ports(of: service).isEmpty
    }

    private mutating func add(_ entry: RouteIndex.Entry) {
        let present = entry.services.filter(isServed)
        var byPort: [(number: Int, services: [Service])] = []
        for service in present {
            for own in ports(of: service) where own.portProtocol.isHTTPOrSniffed {
                if let position = byPort.firstIndex(where: { $0.number == own.number }) {
                    byPort[position].services.append(service)
                } else {
                    byPort.append((own.number, [service]))
                }
            }
        }
        if byPort.isEmpty, port == 80, only == nil { byPort = [(80, [])] }
        guard !byPort.isEmpty else { return }
        let index = index
        let isWhole = port == 0
        let routes = HTTPRouteTranslator(
            context: context, rule: entry.rule, port: port, gateway: "mesh", isTLS: false,
            solePort: { host in
                // On a port of its own, a listener knows only its own port's services.
                guard isWhole, let service = index.service(host), service.ports.count == 1 else { return nil }
                return service.ports[0].number
            }
        ).routes()
        if routes.isEmpty { return }
        let names = Set(present.map(\.hostname))
        let others = only != nil ? [] : entry.rule.hosts.filter { host in
            if names.contains(host) { return false }
            return !Hostname.isWildcard(host) || !present.contains { Hostname.isSubset($0.hostname, of: host) }
        }
        for (number, services) in byPort {
            for host in others { add(host, number, routes: routes, rule: entry.rule) }
            for service in services { add(service, number, routes: routes, rule: entry.rule) }
        }
        served.formUnion(byPort.flatMap(\.services).map(\.hostname))
    }

    /// A host that no service has.
    private mutating func add(_ host: String, _ number: Int, routes: [EnvoyRoute], rule: ResolvedVirtualService) {
        var candidates = [Names.domain(host)]
        if port == 0 { candidates.append(Names.virtualHost(host, number)) }
        let authorization = OutboundAuthorization(context: context)
        append(
            Names.virtualHost(host, number), candidates, expanded: [],
            routes: authorization.secure(routes, host: nil),
            origins: [rule.origin] + rule.delegates + authorization.origins(authorization.destinations(of: routes)))
    }

    private mutating func add(
        _ service: Service, _ number: Int, routes: [EnvoyRoute], rule: ResolvedVirtualService?
    ) {
        let names = ServiceDomains(service: service, context: context, port: port == 0 ? number : nil)
        let ruleOrigins = rule.map { [$0.origin] + $0.delegates } ?? []
        let authorization = OutboundAuthorization(context: context)
        let policies = authorization.origins([service] + authorization.destinations(of: routes))
        append(
            Names.virtualHost(service.hostname, number), names.all, expanded: names.expanded,
            routes: authorization.secure(routes, host: .init(service: service, port: number)),
            origins: ruleOrigins + service.origins + policies)
    }

    private mutating func append(
        _ name: String, _ candidates: [String], expanded: Set<String>, routes: [EnvoyRoute],
        origins: [ObjectReference]
    ) {
        // Envoy compares names without regard to case.
        guard names.insert(name.lowercased()).inserted else { return }
        let free = candidates.filter { domain in
            // A short form never takes the name of a declared host.
            if expanded.contains(domain), index.service(domain).map(isServed) ?? false { return false }
            return domains.insert(domain.lowercased()).inserted
        }
        guard !free.isEmpty else { return }
        var host = EnvoyVirtualHost()
        host.name = name
        host.domains = free
        host.routes = routes
        host.includeRequestAttemptCount = true
        hosts.append(host)
        self.origins.append((name, origins))
    }

    private static let unlimitedGRPC: EnvoyRouteAction.MaxStreamDuration = {
        var limits = EnvoyRouteAction.MaxStreamDuration()
        limits.grpcTimeoutHeaderMax = .zero
        return limits
    }()

    private static let anyRequest: EnvoyRoute = {
        var route = EnvoyRoute()
        route.name = "default"
        route.match.prefix = "/"
        return route
    }()

    private func defaultRoute(_ service: Service, _ number: Int) -> EnvoyRoute {
        // Messages with many fields are copied when they are changed in
        // place inside another: so the action is made first.
        var action = EnvoyRouteAction()
        action.cluster = Names.cluster(port: number, host: service.hostname)
        action.timeout = .zero
        action.maxStreamDuration = Self.unlimitedGRPC
        let policy = context.rule(for: service).map { EffectivePolicy($0.spec.trafficPolicy, port: number) }
        let hash = policy?.loadBalancer?.consistentHash.flatMap(HashTranslation.message)
        if let hash { action.hashPolicy = [hash] }
        let retries = RetryTranslation(mesh: context.mesh, hashesConsistently: hash != nil)
        if let policy = retries.message(nil) { action.retryPolicy = policy }
        var route = Self.anyRequest
        route.route = action
        route.decorator.operation = "\(service.hostname):\(number)/*"
        return route
    }
}
