internal import MeshCompilation
internal import ServiceRegistry

/// A real Envoy as a gateway. Its listeners come over xDS and are its own.
final class EnvoyGateway: LocalProxy {
    private let envoy: EnvoyProxy

    init(
        _ gateway: LocalGateway, xdsPort: UInt16, options: MeshOptions, emit: AsyncStream<MeshEvent>.Continuation
    ) async throws {
        envoy = try await EnvoyProxy.start(
            proxy: ProxyIdentity(gateway: gateway), xdsPort: xdsPort, options: options
        ) { emit.yield(.dataPlane("gateway \(gateway.text): \($0)")) }
    }

    func update(_ mesh: CompiledMesh) {}

    func envoyStatistics(matching filter: String) -> [(name: String, value: UInt64)]? {
        envoy.statistics(matching: filter)
    }

    func stop() async {
        await envoy.stop()
    }
}
