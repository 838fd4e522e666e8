internal import ControlPlane
internal import MeshCompilation
internal import DiscoveryServer
internal import EnvoyAPI
internal import MeshAPI
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
            refused(proxy.nodeID, Self.words(of: rejection, by: proxy, discovery), rejection.message)
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

    /// A line for each connected proxy, and for each type that it refused.
    func status() -> [String] {
        service.proxies.all.flatMap { proxy in
            let types = proxy.types.sorted { $0.key < $1.key }
            let phases = types.map { "\($0.key.shortName) \($0.value.phase)" }
            let refusals = types.compactMap(\.value.rejection).map { rejection in
                "    refused \(Self.words(of: rejection, by: proxy, discovery)): \(rejection.message)"
            }
            return ["  proxy \(proxy.nodeID): \(phases.joined(separator: ", "))"] + refusals
        }
    }

    /// What was refused, and the objects that it was made from.
    private static func words(
        of rejection: DiscoveryServer.Rejection, by proxy: ProxyStatus, _ discovery: MeshDiscovery
    ) -> String {
        let names = rejection.resourceNames.map { ResourceName(typeURL: rejection.typeURL, name: $0) }
        let origins = discovery.origins(of: names, nodeID: proxy.nodeID).map(\.description)
        let made = origins.isEmpty ? "" : ", made from \(origins.joined(separator: ", "))"
        return "\(rejection.typeURL.shortName) \(rejection.resourceNames.joined(separator: ", "))\(made)"
    }

    func stop() {
        serving.cancel()
    }
}
