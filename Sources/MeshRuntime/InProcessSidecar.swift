internal import Capture
internal import ConfigGeneration
internal import DataPlane
internal import EnvoyAPI
internal import LocalControl
internal import MeshCompilation
internal import ServiceRegistry
internal import TrafficModel

/// Petrel's own proxy as the sidecar of one identity.
actor InProcessSidecar: Sidecar {
    private let identity: WorkloadIdentity
    private let workload: Workload
    private let emit: AsyncStream<MeshEvent>.Continuation
    private var tables = TrafficTables()
    private var reported: Set<String> = []

    init(_ identity: WorkloadIdentity, dataPlane: DataPlane, mesh: CompiledMesh, emit: AsyncStream<MeshEvent>.Continuation) {
        self.identity = identity
        self.emit = emit
        workload = dataPlane.makeWorkload(identity.text, bindsListeners: false)
    }

    func update(_ mesh: CompiledMesh) {
        let resources = mesh.configuration(for: ProxyIdentity(workload: identity)).resources
        let (next, rejections) = TrafficTables.compile(resources, previous: tables, environment: .init(workload: identity))
        tables = next
        workload.publish(next)
        for rejection in rejections where reported.insert("\(rejection)").inserted {
            emit.yield(.rejected(proxy: identity.text, resource: "\(rejection.kind) \(rejection.name)", reason: rejection.message))
        }
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
