public import EnvoyAPI

/// How a proxy's resources differ from those before a change.
public struct ConfigurationUpdate: Sendable {
    /// Clusters that are new or may differ.
    public var clusters: [Envoy_Config_Cluster_V3_Cluster] = []
    /// Clusters that are gone.
    public var removedClusters: [String] = []
    /// Endpoints that are new or may differ.
    public var endpoints: [Envoy_Config_Endpoint_V3_ClusterLoadAssignment] = []
    /// Endpoints that are gone, by the name of the cluster.
    public var removedEndpoints: [String] = []
    /// Secrets that are new.
    public var secrets: [Envoy_Extensions_TransportSockets_Tls_V3_Secret] = []
    /// All listeners, where one of them may differ.
    public var listeners: [Envoy_Config_Listener_V3_Listener]?
    /// All routes, where one of them may differ.
    public var routes: [Envoy_Config_Route_V3_RouteConfiguration]?
    /// The names, where one of them may differ.
    public var nameTable: Istio_Networking_Nds_V1_NameTable?
}
