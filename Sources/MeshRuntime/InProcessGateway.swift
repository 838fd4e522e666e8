internal import DataPlane
internal import MeshCompilation
internal import ServiceRegistry
internal import TrafficModel

/// Petrel's own proxy as a gateway.
actor InProcessGateway: LocalProxy {
    private let gateway: LocalGateway
    private var proxy: InProcessProxy
    private let emit: AsyncStream<MeshEvent>.Continuation

    init(
        _ gateway: LocalGateway, dataPlane: DataPlane, discovery: DiscoveryListener,
        emit: AsyncStream<MeshEvent>.Continuation
    ) {
        self.gateway = gateway
        self.emit = emit
        let identity = ProxyIdentity(gateway: gateway)
        proxy = InProcessProxy(
            identity, workload: dataPlane.makeWorkload("gateway \(gateway.text)", bindsListeners: true),
            environment: .init(namespace: gateway.namespace), discovery: discovery)
    }

    func update(_ mesh: CompiledMesh) {
        for failure in proxy.update(mesh) { emit.yield(.dataPlane("gateway \(gateway.text): \(failure)")) }
    }

    func envoyStatistics(matching filter: String) -> [(name: String, value: UInt64)]? { nil }

    func stop() {
        proxy.workload.remove()
    }
}
