internal import ControlPlane
internal import Capture
internal import DataPlane
internal import LocalControl
internal import MeshCompilation
internal import ServiceRegistry
internal import TrafficModel

/// Petrel's own proxy as the sidecar of one identity.
actor InProcessSidecar: Sidecar {
    private var proxy: InProcessProxy

    init(_ identity: WorkloadIdentity, dataPlane: DataPlane, discovery: DiscoveryListener) {
        proxy = InProcessProxy(
            ProxyIdentity(workload: identity),
            workload: dataPlane.makeWorkload(identity.text, bindsListeners: false),
            environment: .init(workload: identity), discovery: discovery)
    }

    func update(_ mesh: CompiledMesh) {
        _ = proxy.update(mesh)
    }

    func attach(_ sockets: CapturedSockets) -> AttachmentID {
        proxy.workload.attach(capture: sockets.connections, dnsUDP: sockets.dnsDatagrams, dnsTCP: sockets.dnsStreams)
    }

    func detach(_ attachment: AttachmentID) {
        proxy.workload.detach(attachment)
    }

    func envoyStatistics(matching filter: String) -> [(name: String, value: UInt64)]? { nil }

    func stop() {
        proxy.workload.remove()
    }
}
