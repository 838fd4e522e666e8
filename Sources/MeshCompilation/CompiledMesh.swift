public import ConfigGeneration
internal import EnvoyAPI
public import ManagementPlane
public import MeshAPI
public import ServiceRegistry

/// One configuration, taken all the way from the objects people wrote to what
/// any proxy is given. Immutable: a change makes a new one.
public struct CompiledMesh: Sendable {
    /// The objects as they were declared.
    public let declared: [MeshObject]
    /// What the management plane made of them.
    public let translation: Translation
    /// The gateways that this machine runs itself.
    public let gateways: [LocalGateway]
    /// The registry of services.
    public let snapshot: MeshSnapshot
    private let generator: ConfigGenerator
    private let overrides: ResolveOverrides

    /// - Parameters:
    ///   - objects: Declared objects, valid each by itself.
    ///   - source: Settings of the mesh.
    ///   - previous: The configuration before; hosts keep the addresses that they
    ///     were given there, since apps remember them.
    ///   - gatewayPort: Where local gateways listen; where pods would, unless said
    ///     otherwise.
    public init(
        objects: [MeshObject], source: MeshSource, previous: CompiledMesh? = nil,
        gatewayPort: LocalGateway.PortChoice = { $1.target }
    ) {
        declared = objects
        translation = ManagementPlane.translate(objects)
        let leases = AddressLeases(previous?.snapshot)
        var all = (objects + translation.objects).map(leases.renewed)
        gateways = LocalGateway.all(in: all)
        all += gateways.flatMap { $0.endpointSlices(gatewayPort) }
        snapshot = MeshSnapshot(objects: all, mesh: source.meshConfig)
        generator = ConfigGenerator(snapshot: snapshot, options: GenerationOptions(trustBundlePath: source.trustBundle))
        overrides = source.overrides
    }

    /// Everything one proxy needs, upstream hosts placed where `--resolve` says.
    public func configuration(for proxy: ProxyIdentity) -> GeneratedConfiguration {
        var generated = generator.generate(for: proxy)
        overrides.apply(to: &generated.resources)
        return generated
    }
}
