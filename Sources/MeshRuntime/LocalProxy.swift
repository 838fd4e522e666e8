internal import MeshCompilation
internal import Capture
internal import DataPlane

/// A proxy that this mesh runs, whichever it is.
protocol LocalProxy: Sendable {
    /// Puts another configuration in force.
    func update(_ mesh: CompiledMesh) async
    /// Counters of a real Envoy whose names contain a text; nil elsewhere.
    func envoyStatistics(matching filter: String) async -> [(name: String, value: UInt64)]?
    /// Ends the proxy.
    func stop() async
}

/// The proxy of one identity of captured programs.
protocol Sidecar: LocalProxy {
    /// Serves a program's sockets, which are the sidecar's from then on.
    func attach(_ sockets: CapturedSockets) async throws -> AttachmentID
    /// Stops serving them and closes them.
    func detach(_ attachment: AttachmentID) async
}
