internal import ControlPlane
internal import DataPlane
internal import DiscoveryServer
internal import EnvoyAPI
internal import MeshCompilation
internal import ServiceRegistry
internal import TrafficModel

/// Petrel's own proxy for one identity: the same xDS session that serves an Envoy,
/// joined to the data plane in memory.
struct InProcessProxy {
    let workload: Workload
    private let proxy: ProxyIdentity
    private let environment: NameTable.Environment
    private let discovery: MeshDiscovery
    private var session: InMemoryDiscoverySession
    private var tables = TrafficTables()

    init(
        _ proxy: ProxyIdentity, workload: Workload, environment: NameTable.Environment, discovery: DiscoveryListener
    ) {
        self.proxy = proxy
        self.workload = workload
        self.environment = environment
        self.discovery = discovery.discovery
        session = discovery.inMemorySession(for: proxy)
    }

    /// Puts another configuration in force.
    ///
    /// - Returns: Listeners that could not be bound.
    mutating func update(_ mesh: CompiledMesh) -> [Workload.BindFailure] {
        guard let snapshot = try? discovery.snapshot(of: mesh, for: proxy), let resources = try? session.offer(snapshot)
        else { return [] }
        let (next, rejections) = TrafficTables.compile(resources, previous: tables, environment: environment)
        tables = next
        let failures = workload.publish(next)
        session.answer(
            refused: Dictionary(rejections.map { ($0.resource, $0.message) }, uniquingKeysWith: { first, _ in first }))
        return failures
    }
}

extension TrafficModel.Rejection {
    /// The refused resource under its xDS type.
    fileprivate var resource: ResourceName {
        switch kind {
        case .listener: .listener(name)
        case .cluster: .cluster(name)
        case .routeConfiguration: .route(name)
        case .endpoints: .endpoints(name)
        case .secret: .secret(name)
        case .nameTable: ResourceName(typeURL: .nameTable, name: name)
        }
    }
}
