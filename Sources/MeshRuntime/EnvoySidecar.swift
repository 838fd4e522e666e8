internal import ControlPlane
internal import Capture
internal import ConfigGeneration
internal import DataPlane
internal import EnvoyAPI
internal import LocalControl
internal import MeshCompilation
internal import ServiceRegistry
internal import TrafficModel

/// A real Envoy as the sidecar of one identity, behind the relay.
actor EnvoySidecar: Sidecar {
    private let identity: WorkloadIdentity
    private let envoy: EnvoyProxy
    private let workload: Workload
    private var tables = TrafficTables()

    init(
        _ identity: WorkloadIdentity, dataPlane: DataPlane, mesh: CompiledMesh, xdsPort: UInt16, options: MeshOptions,
        emit: AsyncStream<MeshEvent>.Continuation
    ) async throws {
        self.identity = identity
        envoy = try await EnvoyProxy.start(
            proxy: Self.proxy(identity), xdsPort: xdsPort, options: options
        ) { emit.yield(.dataPlane($0)) }
        workload = dataPlane.makeWorkload(identity.text, bindsListeners: false)
    }

    /// The node that this Envoy says it is.
    static func proxy(_ identity: WorkloadIdentity) -> ProxyIdentity {
        var proxy = ProxyIdentity(workload: identity)
        proxy.metadata.merge(CaptureListener.metadata) { _, new in new }
        return proxy
    }

    /// Routes come to Envoy over xDS; the relay and the names are ours.
    func update(_ mesh: CompiledMesh) {
        let names = mesh.configuration(for: ProxyIdentity(workload: identity)).resources.nameTable
        let resources = RelayConfiguration(capturePort: envoy.capturePort, names: names).resources()
        tables = TrafficTables.compile(resources, previous: tables, environment: .init(workload: identity)).tables
        workload.publish(tables)
    }

    func attach(_ sockets: CapturedSockets) -> AttachmentID {
        workload.attach(capture: sockets.connections, dnsUDP: sockets.dnsDatagrams, dnsTCP: sockets.dnsStreams)
    }

    func detach(_ attachment: AttachmentID) {
        workload.detach(attachment)
    }

    func envoyStatistics(matching filter: String) -> [(name: String, value: UInt64)]? {
        envoy.statistics(matching: filter)
    }

    func stop() async {
        workload.remove()
        await envoy.stop()
    }
}
