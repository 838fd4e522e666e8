public import MeshAPI
internal import Synchronization

/// Everything that the objects of a mesh say at one moment, indexed for
/// generation: services, endpoints, addresses, routing rules and policies.
///
/// Immutable, and a pure function of the objects and the mesh's settings: the
/// order in which objects arrive never matters. Building it costs time linear
/// in the number of objects.
public final class MeshSnapshot: Sendable {
    /// The mesh's settings.
    public let mesh: MeshConfig
    /// Domain of Kubernetes names.
    public let clusterDomain: String
    /// All services, oldest first.
    public let services: [Service]

    let byHostname: [String: [Int]]
    let endpointsByService: [ServiceKey: [ServiceEndpoint]]
    /// IP addresses at which something is served, by which a proxy may
    /// recognize itself.
    let endpointAddresses: Set<String>
    let virtualServices: VirtualServiceIndex
    let destinationRules: DestinationRuleIndex
    let sidecars: [String: [SidecarObject]]
    /// Gateways, oldest first.
    public let gateways: [GatewayObject]
    /// Authorization policies, oldest first.
    public let policies: [AuthorizationPolicyObject]
    /// Telemetry objects, oldest first.
    public let telemetries: [TelemetryObject]
    let policiesByTarget: [ObjectReference: [AuthorizationPolicyObject]]
    let peerAuthentications: [String: [PeerAuthenticationObject]]
    let proxyConfigs: [String: [ProxyConfigObject]]
    let workloads: [Workload]
    let credentials: [String: MeshObject]
    private let scopes: Mutex<[ScopeKey: SidecarScope]>
    private let hashed: Mutex<HashedAddresses?>

    /// Reads the objects.
    /// - Parameters:
    ///   - objects: valid objects of any kind, in any order; kinds that say
    ///     nothing about traffic are skipped.
    ///   - mesh: the mesh's settings.
    ///   - clusterDomain: domain of Kubernetes names.
    public init(objects: [MeshObject], mesh: MeshConfig, clusterDomain: String = "cluster.local") {
        self.mesh = mesh
        self.clusterDomain = clusterDomain
        let kinds = ObjectsByKind(objects)
        let workloads = WorkloadIndex(kinds, mesh: mesh)
        var builder = RegistryBuilder(mesh: mesh, domain: clusterDomain, workloads: workloads)
        builder.addKubernetesServices(kinds)
        builder.addServiceEntries(kinds)
        services = builder.sortedServices()
        endpointsByService = builder.endpoints
        endpointAddresses = Set(
            builder.endpoints.values.lazy.flatMap { $0 }.map(\.address).filter { IPAddress.isAddress($0) })
        self.workloads = workloads.all
        var byHostname: [String: [Int]] = [:]
        byHostname.reserveCapacity(services.count)
        for (index, service) in services.enumerated() {
            byHostname[service.hostname, default: []].append(index)
        }
        self.byHostname = byHostname
        virtualServices = VirtualServiceIndex(
            objects: kinds.virtualServices, mesh: mesh, domain: clusterDomain,
            isKnown: { byHostname[$0] != nil })
        destinationRules = DestinationRuleIndex(
            objects: kinds.destinationRules, mesh: mesh, domain: clusterDomain)
        sidecars = Dictionary(grouping: kinds.sidecars, by: \.reference.namespace)
        gateways = kinds.gateways
        policies = kinds.policies
        policiesByTarget = Self.byTarget(kinds.policies)
        telemetries = kinds.telemetries
        peerAuthentications = kinds.peerAuthentications
        proxyConfigs = kinds.proxyConfigs
        credentials = kinds.credentials
        scopes = Mutex([:])
        hashed = Mutex(nil)
    }

    /// A snapshot with some parts replaced. Where parts are alike, so is what was
    /// worked out from them: `scopes` and `hashed` are the former ones.
    init(
        _ previous: MeshSnapshot, services: [Service], endpoints: [ServiceKey: [ServiceEndpoint]],
        endpointAddresses: Set<String>, virtualServices: VirtualServiceIndex, destinationRules: DestinationRuleIndex,
        scopes: [ScopeKey: SidecarScope], hashed: HashedAddresses?
    ) {
        mesh = previous.mesh
        clusterDomain = previous.clusterDomain
        self.services = services
        endpointsByService = endpoints
        self.endpointAddresses = endpointAddresses
        workloads = previous.workloads
        byHostname = previous.byHostname
        self.virtualServices = virtualServices
        self.destinationRules = destinationRules
        sidecars = previous.sidecars
        gateways = previous.gateways
        policies = previous.policies
        policiesByTarget = previous.policiesByTarget
        telemetries = previous.telemetries
        peerAuthentications = previous.peerAuthentications
        proxyConfigs = previous.proxyConfigs
        credentials = previous.credentials
        self.scopes = Mutex(scopes)
        self.hashed = Mutex(hashed)
    }

    /// What has been worked out so far.
    var knownScopes: [ScopeKey: SidecarScope] { scopes.withLock { $0 } }
    var knownHashedAddresses: HashedAddresses? { hashed.withLock { $0 } }

    /// The endpoints that serve a port of a service.
    public func endpoints(of service: Service, port: ServicePort) -> [ServiceEndpoint] {
        guard let all = endpointsByService[service.key] else { return [] }
        return all.filter { $0.portName == port.name }
    }

    /// The rule that a proxy uses for a service, when there is one.
    public func destinationRule(for service: Service, proxy: ProxyIdentity) -> ResolvedDestinationRule? {
        destinationRules.rule(
            for: service, clientNamespace: proxy.namespace, clientLabels: proxy.labels)
    }

    /// Rules bound to a gateway (`namespace/name`), for a proxy's namespace.
    public func virtualServices(gateway: String, namespace: String) -> [ResolvedVirtualService] {
        virtualServices.services(gateway: gateway, namespace: namespace)
    }

    /// The service of a host that a namespace sees: `preferred`'s own first.
    public func service(
        named hostname: String, visibleTo namespace: String, preferring preferred: String
    ) -> Service? {
        let found = services(named: hostname, visibleTo: namespace)
        if let own = found.first(where: { $0.namespace == preferred }) { return own }
        return pickNamespaces(found, for: namespace).first
    }

    /// All declarations of a host that a namespace sees.
    public func services(named hostname: String, visibleTo namespace: String) -> [Service] {
        (byHostname[hostname] ?? []).map { services[$0] }.filter { $0.visibility.includes(namespace) }
    }

    /// The host behind an `ExternalName` Service of a known host.
    public func aliasTarget(of hostname: String) -> String? {
        (byHostname[hostname] ?? []).lazy.map { self.services[$0] }
            .first { $0.resolution == .alias }?.externalName
    }

    var meshOutboundMode: SidecarScope.OutboundMode {
        switch mesh.outboundTrafficPolicy.mode {
        case .registryOnly: .registryOnly
        case .allowAnyDynamicDNS: .allowAnyDynamicDNS
        case .allowAny: .allowAny
        }
    }

    func cachedScope(_ key: ScopeKey, _ make: () -> SidecarScope) -> SidecarScope {
        if let known = scopes.withLock({ $0[key] }) { return known }
        let scope = make()
        return scopes.withLock { scopes in
            if let known = scopes[key] { return known }
            scopes[key] = scope
            return scope
        }
    }

    /// The hashed addresses, computed when the first proxy asks for them.
    func hashedAddresses() -> HashedAddresses {
        if let known = hashed.withLock({ $0 }) { return known }
        let addresses = HashedAddresses(services.filter(\.isHashAddressable))
        hashed.withLock { $0 = addresses }
        return addresses
    }
}

/// Which proxies share a scope.
struct ScopeKey: Hashable, Sendable {
    let namespace: String
    let sidecar: ObjectReference?
}
