public import ConfigGeneration
public import EnvoyAPI
public import ManagementPlane
public import MeshAPI
public import ServiceRegistry

/// One configuration, taken all the way from the objects people wrote to what
/// any proxy is given. Immutable: a change makes a new one.
public struct CompiledMesh: Sendable {
    /// What the management plane made of the declared objects.
    public let translation: Translation
    /// The gateways that this machine runs itself.
    public let gateways: [LocalGateway]
    /// The registry of services.
    public let snapshot: MeshSnapshot
    /// How it came from the configuration before, where only some objects were
    /// replaced; nil when it was made from all objects.
    public let change: Change?
    private let objects: ObjectTable
    private let generator: ConfigGenerator
    private let source: MeshSource

    /// A step from one configuration to the next.
    public struct Change: Sendable {
        /// The registry before.
        public let base: MeshSnapshot
        /// What is different.
        public let changes: SnapshotChanges
    }

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
        self.objects = ObjectTable(objects)
        translation = ManagementPlane.translate(objects)
        var all = objects + translation.objects
        if let previous {
            let leases = AddressLeases(previous.snapshot)
            all = all.map(leases.renewed)
        }
        gateways = LocalGateway.all(in: all)
        all += gateways.flatMap { $0.endpointSlices(gatewayPort) }
        snapshot = MeshSnapshot(objects: all, mesh: source.meshConfig)
        generator = Self.generator(snapshot, source)
        change = nil
        self.source = source
    }

    private init(_ previous: CompiledMesh, objects: ObjectTable, snapshot: MeshSnapshot, changes: SnapshotChanges) {
        self.objects = objects
        self.snapshot = snapshot
        translation = previous.translation
        gateways = previous.gateways
        source = previous.source
        generator = Self.generator(snapshot, source)
        change = Change(base: previous.snapshot, changes: changes)
    }

    private static func generator(_ snapshot: MeshSnapshot, _ source: MeshSource) -> ConfigGenerator {
        ConfigGenerator(snapshot: snapshot, options: GenerationOptions(trustBundlePath: source.trustBundle))
    }

    /// The objects as they were declared.
    public var declared: [MeshObject] { objects.all }

    /// How many objects were declared.
    public var declaredCount: Int { objects.count }

    /// This configuration after some changes. Where objects are only replaced, the
    /// cost is that of the objects, not of the mesh.
    public func applying(
        _ changes: [ObjectChange], gatewayPort: LocalGateway.PortChoice = { $1.target }
    ) -> CompiledMesh {
        var objects = objects
        var replaced: [(old: MeshObject, new: MeshObject)] = []
        var isReplacement = !self.objects.hasManagementObjects
        for change in changes {
            let old = objects.apply(change)
            guard case .put(let new) = change, let old else {
                isReplacement = false
                continue
            }
            replaced.append((old, new))
        }
        if isReplacement, let (snapshot, changes) = snapshot.replacing(replaced) {
            return CompiledMesh(self, objects: objects, snapshot: snapshot, changes: changes)
        }
        return CompiledMesh(objects: objects.all, source: source, previous: self, gatewayPort: gatewayPort)
    }

    /// Everything one proxy needs, upstream hosts placed where `--resolve` says.
    public func configuration(for proxy: ProxyIdentity) -> GeneratedConfiguration {
        var generated = generator.generate(for: proxy)
        source.overrides.apply(to: &generated.resources)
        return generated
    }

    /// The same, clusters handed over one by one, and without what made them.
    public func resources(
        for proxy: ProxyIdentity,
        take: @escaping (Envoy_Config_Cluster_V3_Cluster, Envoy_Config_Endpoint_V3_ClusterLoadAssignment?) -> Void
    ) -> ResourceSet {
        let overrides = source.overrides
        if overrides.isEmpty { return generator.generate(for: proxy, take: take) }
        var resources = generator.generate(for: proxy) { cluster, endpoints in
            var cluster = cluster
            overrides.apply(to: &cluster)
            take(cluster, endpoints)
        }
        overrides.apply(to: &resources)
        return resources
    }

    /// What became of a proxy's resources by the last change.
    ///
    /// - Returns: nil when they have to be generated anew.
    public func update(for proxy: ProxyIdentity, since previous: MeshSnapshot) -> ConfigurationUpdate? {
        guard let change, change.base === previous,
            var update = generator.update(for: proxy, since: previous, change.changes)
        else { return nil }
        for index in update.clusters.indices { source.overrides.apply(to: &update.clusters[index]) }
        return update
    }
}
