public import EnvoyAPI
internal import MeshAPI
public import ServiceRegistry

/// Generates the Envoy resources of a proxy: a pure function of the snapshot
/// and the proxy, the same to the byte for the same input.
public struct ConfigGenerator: Sendable {
    /// What is generated from.
    public let snapshot: MeshSnapshot
    /// What generation needs to know beyond the objects.
    public let options: GenerationOptions

    /// A generator for a snapshot.
    public init(snapshot: MeshSnapshot, options: GenerationOptions = GenerationOptions()) {
        self.snapshot = snapshot
        self.options = options
    }

    /// All resources of a proxy.
    public func generate(for proxy: ProxyIdentity) -> GeneratedConfiguration {
        generate(ProxyContext(snapshot: snapshot, proxy: proxy, options: options), take: nil)
    }

    /// All resources of a proxy, without which objects made them. Clusters are
    /// handed over one by one: most memory is spent on them, and whoever encodes
    /// them doesn't need it.
    public func generate(
        for proxy: ProxyIdentity,
        take: @escaping (Envoy_Config_Cluster_V3_Cluster, Envoy_Config_Endpoint_V3_ClusterLoadAssignment?) -> Void
    ) -> ResourceSet {
        let context = ProxyContext(snapshot: snapshot, proxy: proxy, options: options, notesProvenance: false)
        return generate(context, take: take).resources
    }

    private func generate(
        _ context: ProxyContext, take: ((EnvoyCluster, EnvoyLoadAssignment?) -> Void)?
    ) -> GeneratedConfiguration {
        let proxy = context.proxy
        var resources = ResourceSet()
        var clusters = ClusterBuilder(context: context, take: take)
        clusters.build()
        resources.clusters = clusters.clusters
        resources.endpoints = clusters.assignments
        switch proxy.type {
        case .sidecar:
            var listeners = OutboundListenerBuilder(context: context)
            let built = listeners.build()
            resources.listeners = built.listeners
            var routes = SidecarRouteBuilder(context: context)
            resources.routes = built.routes.map { routes.build($0) }
            resources.nameTable = NameTableBuilder(context: context).table()
        case .router:
            let gateway = GatewayBuilder(context: context)
            resources.listeners = gateway.listeners()
            resources.routes = gateway.routes()
        }
        resources.secrets = context.secrets.values.sorted { $0.name < $1.name }
        return GeneratedConfiguration(resources: resources, provenance: context.provenance)
    }

    /// The names that the mesh answers itself.
    public func nameTable(for proxy: ProxyIdentity) -> Istio_Networking_Nds_V1_NameTable {
        NameTableBuilder(context: ProxyContext(snapshot: snapshot, proxy: proxy, options: options)).table()
    }

    /// Clusters and the endpoints of those that are sent apart.
    public func clusters(
        for proxy: ProxyIdentity
    ) -> (clusters: [Envoy_Config_Cluster_V3_Cluster], endpoints: [Envoy_Config_Endpoint_V3_ClusterLoadAssignment]) {
        var builder = ClusterBuilder(
            context: ProxyContext(snapshot: snapshot, proxy: proxy, options: options))
        builder.build()
        return (builder.clusters, builder.assignments)
    }
}
