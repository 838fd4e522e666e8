internal import Capture
internal import DataPlane
internal import DiscoveryServer
internal import EnvoyAPI
internal import LocalControl
internal import MeshCompilation
internal import ServiceRegistry
internal import TrafficModel

/// Petrel's own proxy as the sidecar of one identity: the same xDS session that
/// serves an Envoy, joined to the data plane in memory.
actor InProcessSidecar: Sidecar {
    private let identity: WorkloadIdentity
    private let workload: Workload
    private let discovery: MeshDiscovery
    private var session: InMemoryDiscoverySession
    private var tables = TrafficTables()

    init(_ identity: WorkloadIdentity, dataPlane: DataPlane, discovery: DiscoveryListener) {
        self.identity = identity
        self.discovery = discovery.discovery
        session = discovery.inMemorySession(for: ProxyIdentity(workload: identity))
        workload = dataPlane.makeWorkload(identity.text, bindsListeners: false)
    }

    func update(_ mesh: CompiledMesh) {
        guard let snapshot = try? discovery.snapshot(of: mesh, for: ProxyIdentity(workload: identity)),
            let resources = try? session.offer(snapshot)
        else { return }
        let (next, rejections) = TrafficTables.compile(
            resources, previous: tables, environment: .init(workload: identity))
        tables = next
        workload.publish(next)
        session.answer(
            refused: Dictionary(rejections.map { ($0.resource, $0.message) }, uniquingKeysWith: { first, _ in first }))
    }

    func attach(_ sockets: CapturedSockets) -> AttachmentID {
        workload.attach(capture: sockets.connections, dnsUDP: sockets.dnsDatagrams, dnsTCP: sockets.dnsStreams)
    }

    func detach(_ attachment: AttachmentID) {
        workload.detach(attachment)
    }

    func envoyStatistics(matching filter: String) -> [(name: String, value: UInt64)]? { nil }

    func stop() {
        workload.remove()
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
