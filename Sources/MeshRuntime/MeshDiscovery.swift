internal import ConfigGeneration
internal import DiscoveryServer
internal import EnvoyAPI
internal import MeshCompilation
internal import ServiceRegistry
internal import Synchronization

/// Serves the mesh's configuration over xDS: each connected proxy gets what is
/// generated for it, now and after every change.
final class MeshDiscovery: DiscoverySource {
    private struct Subscriber {
        var proxy: ProxyIdentity
        var continuation: AsyncStream<ResourceSnapshot>.Continuation
    }

    private struct State {
        var mesh: CompiledMesh
        var subscribers: [UInt64: Subscriber] = [:]
        var next: UInt64 = 0
    }

    private let state: Mutex<State>
    private let encoder = ResourceEncoder()
    private let secrets: WorkloadSecrets

    /// - Parameters:
    ///   - mesh: The configuration in force at first.
    ///   - secrets: What proves the proxies' identities.
    init(_ mesh: CompiledMesh, secrets: WorkloadSecrets) {
        state = Mutex(State(mesh: mesh))
        self.secrets = secrets
    }

    /// Puts another configuration in force for every connected proxy.
    func publish(_ mesh: CompiledMesh) {
        let subscribers = state.withLock { state in
            state.mesh = mesh
            return Array(state.subscribers.values)
        }
        for subscriber in subscribers {
            if let snapshot = try? snapshot(of: mesh, for: subscriber.proxy) { subscriber.continuation.yield(snapshot) }
        }
    }

    func resources(for node: Envoy_Config_Core_V3_Node) async throws -> AsyncStream<ResourceSnapshot> {
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
    func snapshot(of mesh: CompiledMesh, for proxy: ProxyIdentity) throws -> ResourceSnapshot {
        var resources = mesh.configuration(for: proxy).resources
        try secrets.add(to: &resources, for: proxy)
        if CaptureListener.applies(to: proxy) { CaptureListener.bindToLoopback(&resources) }
        if GatewayListeners.applies(to: proxy) { GatewayListeners.bindToLoopback(&resources) }
        return try encoder.encode(resources)
    }
}
