internal import ConfigGeneration
public import DiscoveryServer
public import EnvoyAPI
public import MeshAPI
public import MeshCompilation
public import ServiceRegistry
internal import Synchronization

/// Serves the mesh's configuration over xDS: each connected proxy gets what is
/// generated for it, now and after every change.
///
/// Proxies that generation can't tell apart share one view: what is generated
/// and encoded for the first costs the others nothing. After a change, a view
/// works out again what the change concerns, and no more.
public final class MeshDiscovery: DiscoverySource {
    private struct Subscriber {
        var proxy: ProxyIdentity
        var continuation: AsyncStream<ResourceSnapshot>.Continuation
    }

    private struct State {
        var mesh: CompiledMesh
        var views: [ProxyIdentity: ProxyView] = [:]
        var subscribers: [UInt64: Subscriber] = [:]
        var next: UInt64 = 0
    }

    private let state: Mutex<State>
    private let secrets: WorkloadSecrets

    /// - Parameters:
    ///   - mesh: The configuration in force at first.
    ///   - secrets: What proves the proxies' identities.
    public init(_ mesh: CompiledMesh, secrets: WorkloadSecrets) {
        state = Mutex(State(mesh: mesh))
        self.secrets = secrets
    }

    /// The configuration in force.
    public var mesh: CompiledMesh { state.withLock { $0.mesh } }

    /// Puts another configuration in force for every connected proxy.
    public func publish(_ mesh: CompiledMesh) {
        let (subscribers, previous) = state.withLock { state in
            state.mesh = mesh
            defer { state.views = [:] }
            return (Array(state.subscribers.values), state.views)
        }
        var made: [ProxyIdentity: ProxyView] = [:]
        for subscriber in subscribers {
            let key = subscriber.proxy.shared(in: mesh.snapshot)
            let view: ProxyView
            if let known = made[key] {
                view = known
            } else {
                guard let next = try? makeView(key, of: mesh, after: previous[key]) else { continue }
                made[key] = next
                view = next
            }
            subscriber.continuation.yield(view.resources)
        }
        let views = made
        state.withLock { state in
            guard state.mesh.snapshot === mesh.snapshot else { return }
            state.views.merge(views) { _, new in new }
        }
    }

    public func resources(for node: Envoy_Config_Core_V3_Node) async throws -> AsyncStream<ResourceSnapshot> {
        guard let proxy = ProxyIdentity(node: node) else {
            throw DiscoveryRefusal(
                reason: "The node id \(node.id) is not of the form type~address~name.namespace~domain; set node.id in the bootstrap.")
        }
        let (stream, continuation) = AsyncStream<ResourceSnapshot>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let (mesh, key) = state.withLock { state in
            state.next += 1
            state.subscribers[state.next] = Subscriber(proxy: proxy, continuation: continuation)
            return (state.mesh, state.next)
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.subscribers[key] = nil }
        }
        continuation.yield(try snapshot(of: mesh, for: proxy))
        return stream
    }

    /// What one proxy is given, encoded.
    public func snapshot(of mesh: CompiledMesh, for proxy: ProxyIdentity) throws -> ResourceSnapshot {
        let key = proxy.shared(in: mesh.snapshot)
        let known = state.withLock { $0.mesh.snapshot === mesh.snapshot ? $0.views[key] : nil }
        if let known, secrets.isCurrent(for: key) { return known.resources }
        let view = try makeView(key, of: mesh, after: nil)
        state.withLock { state in
            if state.mesh.snapshot === mesh.snapshot { state.views[key] = view }
        }
        return view.resources
    }

    /// The objects that made some resources of a connected proxy, the deciding ones
    /// first: what to look at when the proxy refuses them.
    public func origins(of resources: [ResourceName], nodeID: String) -> [ObjectReference] {
        let (mesh, known) = state.withLock { state in
            (state.mesh, state.subscribers.values.first { $0.proxy.nodeID == nodeID }?.proxy)
        }
        guard let proxy = known ?? ProxyIdentity(nodeID: nodeID) else { return [] }
        let provenance = mesh.configuration(for: proxy).provenance
        var seen: Set<ObjectReference> = []
        return resources.flatMap { provenance[$0] ?? [] }.filter { seen.insert($0).inserted }
    }

    private func makeView(_ proxy: ProxyIdentity, of mesh: CompiledMesh, after previous: ProxyView?) throws -> ProxyView {
        try ProxyView(proxy, mesh: mesh, secrets: secrets, previous: previous)
    }
}
