internal import Capture
internal import DataPlane
internal import EnvoyAPI
internal import LocalControl
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
        workload = dataPlane.makeWorkload(name: identity.text)
    }

    func update(_ mesh: CompiledMesh) {
        let resources = mesh.configuration(for: ProxyIdentity(workload: identity)).resources
        let (next, rejections) = TrafficTables.compile(resources, previous: tables)
        tables = next
        workload.publish(next)
        for rejection in rejections where reported.insert("\(rejection)").inserted {
            emit.yield(.rejected(proxy: identity.text, resource: "\(rejection.resource)", reason: rejection.message))
        }
    }

    func attach(_ sockets: CapturedSockets) -> SidecarAttachment {
        SidecarAttachment(
            number: workload.attach(
                capture: sockets.connections, dnsUDP: sockets.dnsDatagrams, dnsTCP: sockets.dnsStreams).rawValue)
    }

    func detach(_ attachment: SidecarAttachment) {
        workload.detach(AttachmentID(rawValue: attachment.number))
    }

    func envoyStatistics(matching filter: String) -> [(name: String, value: UInt64)]? { nil }

    func stop() {
        workload.close()
    }
}
