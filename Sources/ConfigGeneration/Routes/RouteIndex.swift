internal import MeshAPI
internal import ServiceRegistry

/// The services of an egress listener by port, and the routing rules that
/// speak for each of them.
final class RouteIndex {
    /// One rule and the services it may speak for.
    struct Entry {
        let rule: ResolvedVirtualService
        /// Of its exact hosts, and those its wildcards cover most closely.
        let services: [Service]
    }

    /// Merged services, one per host, in registry order.
    let services: [Service]
    /// Positions in `services` by port.
    let byPort: [Int: [Int]]
    /// Rules with routes, in order of precedence.
    let entries: [Entry]
    /// Positions in `entries` by the ports of their services.
    let entriesByPort: [Int: [Int]]
    private let byHost: [String: Service]

    init(_ listener: SidecarScope.EgressListener, context: ProxyContext) {
        var services: [Service] = []
        var byHost: [String: Service] = [:]
        for part in listener.services where byHost[part.hostname] == nil {
            // Ports of all declarations of the host, as far as this listener has them.
            let whole = listener.port == nil ? context.scope.service(named: part.hostname) ?? part : part
            byHost[part.hostname] = whole
            services.append(whole)
        }
        var byPort: [Int: [Int]] = [:]
        for (position, service) in services.enumerated() {
            for port in service.ports { byPort[port.number, default: []].append(position) }
        }
        let rules = listener.virtualServices.filter { !$0.spec.http.isEmpty }
        let owners = Self.owners(of: services, among: listener.virtualServices)
        entries = rules.map { Entry(rule: $0, services: Self.services(of: $0, byHost: byHost, owners: owners)) }
        var entriesByPort: [Int: [Int]] = [:]
        for (position, entry) in entries.enumerated() {
            for port in Set(entry.services.flatMap { $0.ports.map(\.number) }) {
                entriesByPort[port, default: []].append(position)
            }
        }
        self.services = services
        self.byHost = byHost
        self.byPort = byPort
        self.entriesByPort = entriesByPort
    }

    func service(_ host: String) -> Service? { byHost[host] }

    /// For each rule with a wildcard, the services whose closest host it has.
    private static func owners(
        of services: [Service], among rules: [ResolvedVirtualService]
    ) -> [ObjectIdentifier: [Service]] {
        var index = HostIndex<ResolvedVirtualService>()
        var hasWildcards = false
        for rule in rules {
            for host in rule.hosts {
                if index[host] == nil { index[host] = rule }
                if Hostname.isWildcard(host) { hasWildcards = true }
            }
        }
        var owned: [ObjectIdentifier: [Service]] = [:]
        guard hasWildcards else { return owned }
        for service in services {
            if let rule = index.mostSpecific(service.hostname) {
                owned[ObjectIdentifier(rule), default: []].append(service)
            }
        }
        return owned
    }

    private static func services(
        of rule: ResolvedVirtualService, byHost: [String: Service], owners: [ObjectIdentifier: [Service]]
    ) -> [Service] {
        var found: [Service] = []
        var seen: Set<String> = []
        for host in rule.hosts {
            if let service = byHost[host], seen.insert(host).inserted { found.append(service) }
        }
        let wildcards = rule.hosts.filter(Hostname.isWildcard)
        guard !wildcards.isEmpty else { return found }
        for service in owners[ObjectIdentifier(rule)] ?? [] where !seen.contains(service.hostname) {
            guard wildcards.contains(where: { Hostname.isSubset(service.hostname, of: $0) }) else { continue }
            seen.insert(service.hostname)
            found.append(service)
        }
        return found
    }
}
