internal import MeshCompilation
internal import DiscoveryServer
internal import EnvoyAPI
internal import ServiceRegistry

/// The xDS server of a mesh, listening on loopback.
struct DiscoveryListener: Sendable {
    /// What is served.
    let discovery: MeshDiscovery
    /// The port that proxies connect to.
    let port: UInt16
    private let service: DiscoveryService
    private let serving: Task<Void, any Error>

    /// - Parameters:
    ///   - mesh: The configuration in force at first.
    ///   - secrets: What proves the proxies' identities.
    ///   - port: 0 takes any that is free.
    ///   - refused: Told of each NACK: the proxy, the resource, its own words.
    static func start(
        mesh: CompiledMesh, secrets: WorkloadSecrets, port: UInt16, refused: @escaping @Sendable (String, String, String) -> Void
    ) async throws -> DiscoveryListener {
        let discovery = MeshDiscovery(mesh, secrets: secrets)
        let service = DiscoveryService(source: discovery) { rejection, proxy in
            let names = rejection.resourceNames.joined(separator: ", ")
            refused(proxy.nodeID, "\(rejection.typeURL.shortName) \(names)", rejection.message)
        }
        let endpoint = DiscoveryEndpoint(service: service, port: Int(port))
        let serving = Task { try await endpoint.run() }
        do {
            let bound = try await endpoint.boundPort
            return DiscoveryListener(discovery: discovery, port: UInt16(bound), service: service, serving: serving)
        } catch {
            serving.cancel()
            throw MeshStartError.unavailable("xDS can't be served on port \(port) of 127.0.0.1: \(error)")
        }
    }

    /// The session of a proxy in this process.
    func inMemorySession(for proxy: ProxyIdentity) -> InMemoryDiscoverySession {
        var node = Envoy_Config_Core_V3_Node()
        node.id = proxy.nodeID
        node.cluster = proxy.namespace
        return InMemoryDiscoverySession(service: service, node: node)
    }

    /// A line for each connected proxy.
    func status() -> [String] {
        service.proxies.all.map { proxy in
            let types = proxy.types.sorted { $0.key < $1.key }.map { "\($0.key.shortName) \($0.value.phase)" }
            return "  proxy \(proxy.nodeID): \(types.joined(separator: ", "))"
        }
    }

    func stop() {
        serving.cancel()
    }
}
