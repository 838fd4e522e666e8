/// One complete set of resources for one proxy: all that it needs to know.
public struct ResourceSet: Sendable, Equatable {
    /// The listeners (LDS).
    public var listeners: [Envoy_Config_Listener_V3_Listener]
    /// The upstream clusters (CDS).
    public var clusters: [Envoy_Config_Cluster_V3_Cluster]
    /// The route configurations that listeners refer to (RDS).
    public var routes: [Envoy_Config_Route_V3_RouteConfiguration]
    /// The endpoints of the clusters of type EDS.
    public var endpoints: [Envoy_Config_Endpoint_V3_ClusterLoadAssignment]
    /// Certificates, keys and trusted roots (SDS). Never printed.
    public var secrets: [Envoy_Extensions_TransportSockets_Tls_V3_Secret]
    /// Filter configurations that are discovered by name (ECDS).
    public var extensionConfigs: [Envoy_Config_Core_V3_TypedExtensionConfig]
    /// The names that the DNS proxy answers itself (NDS).
    public var nameTable: Istio_Networking_Nds_V1_NameTable

    /// A set of the given resources; what isn't given is empty.
    public init(
        listeners: [Envoy_Config_Listener_V3_Listener] = [],
        clusters: [Envoy_Config_Cluster_V3_Cluster] = [],
        routes: [Envoy_Config_Route_V3_RouteConfiguration] = [],
        endpoints: [Envoy_Config_Endpoint_V3_ClusterLoadAssignment] = [],
        secrets: [Envoy_Extensions_TransportSockets_Tls_V3_Secret] = [],
        extensionConfigs: [Envoy_Config_Core_V3_TypedExtensionConfig] = [],
        nameTable: Istio_Networking_Nds_V1_NameTable = Istio_Networking_Nds_V1_NameTable()
    ) {
        self.listeners = listeners
        self.clusters = clusters
        self.routes = routes
        self.endpoints = endpoints
        self.secrets = secrets
        self.extensionConfigs = extensionConfigs
        self.nameTable = nameTable
    }

    /// The name of every resource, in the order of pushing. The name table
    /// counts once, under the empty name, unless it holds nothing.
    public var names: [ResourceName] {
        var names: [ResourceName] = []
        names += clusters.map { .cluster($0.name) }
        names += endpoints.map { .endpoints($0.clusterName) }
        names += listeners.map { .listener($0.name) }
        names += routes.map { .route($0.name) }
        names += secrets.map { .secret($0.name) }
        names += extensionConfigs.map { ResourceName(typeURL: .extensionConfig, name: $0.name) }
        if !nameTable.table.isEmpty {
            names.append(ResourceName(typeURL: .nameTable, name: ""))
        }
        return names
    }
}
