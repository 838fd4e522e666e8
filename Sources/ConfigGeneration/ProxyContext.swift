internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry

/// What the builders of one proxy's resources share: the proxy, its scope,
/// and answers that several of them need.
final class ProxyContext {
    let snapshot: MeshSnapshot
    let proxy: ProxyIdentity
    let options: GenerationOptions
    let scope: SidecarScope
    let isIPv4: Bool
    /// `0.0.0.0`, or `::` for a proxy with IPv6 only.
    let wildcard: String
    let loopback: String
    let nameResolution: NameResolutionPlan
    var provenance: [ResourceName: [ObjectReference]] = [:]
    var secrets: [String: EnvoySecret] = [:]

    /// Policies that this proxy enforces on what its workload calls.
    lazy var attachedPolicies: [AuthorizationPolicyObject] = findAttachedPolicies()
    /// What this proxy reports.
    lazy var telemetry = ProxyTelemetry(context: self)
    /// Services that this proxy's workload serves.
    lazy var servedServices: [Service] = findServedServices()

    private var rules: [ObjectIdentifier: ResolvedDestinationRule?] = [:]

    /// Whether it is remembered which objects made which resource.
    private let notesProvenance: Bool

    init(snapshot: MeshSnapshot, proxy: ProxyIdentity, options: GenerationOptions, notesProvenance: Bool = true) {
        self.notesProvenance = notesProvenance
        let proxy = snapshot.completed(proxy)
        self.snapshot = snapshot
        self.proxy = proxy
        self.options = options
        scope = snapshot.scope(for: proxy)
        isIPv4 = proxy.supportsIPv4
        wildcard = isIPv4 ? "0.0.0.0" : "::"
        nameResolution = NameResolutionPlan(mesh: snapshot.mesh, proxy: proxy)
        if notesProvenance { provenance.reserveCapacity(scope.services.count * 3) }
        loopback = isIPv4 ? "127.0.0.1" : "::1"
    }

    var mesh: MeshConfig { snapshot.mesh }

    /// The rule for a service, looked up once.
    func rule(for service: Service) -> ResolvedDestinationRule? {
        let key = ObjectIdentifier(service)
        if let known = rules[key] { return known }
        let rule = snapshot.destinationRule(for: service, proxy: proxy)
        rules[key] = rule
        return rule
    }

    /// The rule for the host of a route's destination.
    func rule(forHost host: String) -> ResolvedDestinationRule? {
        service(named: host).flatMap(rule)
    }

    /// The service of a host that this proxy sees.
    func service(named host: String) -> Service? {
        scope.service(named: host)
    }

    /// The host that a destination means: for an alias, the one behind it.
    func target(ofHost host: String) -> String {
        snapshot.aliasTarget(of: host) ?? host
    }

    /// Remembers which objects made a resource.
    func note(_ name: @autoclosure () -> ResourceName, _ origins: @autoclosure () -> [ObjectReference]) {
        guard notesProvenance else { return }
        let (name, origins) = (name(), origins())
        guard !origins.isEmpty else { return }
        if origins.count == 1 || (origins.count == 2 && origins[0] != origins[1]) {
            provenance[name] = origins
        } else {
            var seen: Set<ObjectReference> = []
            provenance[name] = origins.filter { seen.insert($0).inserted }
        }
    }

    /// Where unclaimed connections go.
    var fallbackCluster: String {
        switch scope.outboundMode {
        case .registryOnly: Names.blackHole
        case .allowAny, .allowAnyDynamicDNS:
            scope.egressProxy.map { destination in
                Names.cluster(
                    port: Int(destination.port?.number ?? 0), subset: destination.subset,
                    host: Hostname.expand(
                        destination.host, namespace: proxy.namespace, domain: snapshot.clusterDomain))
            } ?? Names.passthrough
        }
    }
}
