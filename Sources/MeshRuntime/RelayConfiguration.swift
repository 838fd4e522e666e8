internal import EnvoyAPI
internal import SwiftProtobuf

/// What Petrel's own data plane runs when Envoy carries the traffic: every
/// captured connection goes to Envoy's capture port behind a PROXY protocol v2
/// header with the original destination. DNS stays here.
struct RelayConfiguration {
    var capturePort: UInt16
    var names: Istio_Networking_Nds_V1_NameTable

    /// Name of the only cluster.
    static let cluster = "envoy"

    func resources() -> ResourceSet {
        var endpoint = Envoy_Config_Endpoint_V3_LbEndpoint()
        endpoint.endpoint.address = .socket(host: "127.0.0.1", port: UInt32(capturePort))
        var locality = Envoy_Config_Endpoint_V3_LocalityLbEndpoints()
        locality.lbEndpoints = [endpoint]

        var wrapper = Envoy_Extensions_TransportSockets_ProxyProtocol_V3_ProxyProtocolUpstreamTransport()
        wrapper.config.version = .v2
        wrapper.transportSocket.name = "envoy.transport_sockets.raw_buffer"
        wrapper.transportSocket.typedConfig = Google_Protobuf_Any(
            packing: Envoy_Extensions_TransportSockets_RawBuffer_V3_RawBuffer())

        var cluster = Envoy_Config_Cluster_V3_Cluster()
        cluster.name = Self.cluster
        cluster.type = .static
        cluster.connectTimeout = Google_Protobuf_Duration(seconds: 5)
        cluster.loadAssignment.clusterName = Self.cluster
        cluster.loadAssignment.endpoints = [locality]
        cluster.transportSocket.name = "envoy.transport_sockets.upstream_proxy_protocol"
        cluster.transportSocket.typedConfig = Google_Protobuf_Any(packing: wrapper)

        var proxy = Envoy_Extensions_Filters_Network_TcpProxy_V3_TcpProxy()
        proxy.statPrefix = Self.cluster
        proxy.cluster = Self.cluster
        var filter = Envoy_Config_Listener_V3_Filter()
        filter.name = "envoy.filters.network.tcp_proxy"
        filter.typedConfig = Google_Protobuf_Any(packing: proxy)
        var chain = Envoy_Config_Listener_V3_FilterChain()
        chain.filters = [filter]
        var listener = Envoy_Config_Listener_V3_Listener()
        listener.name = "virtualOutbound"
        listener.address = .socket(host: "0.0.0.0", port: 15001)
        listener.filterChains = [chain]
        listener.bindToPort = Google_Protobuf_BoolValue(false)

        var resources = ResourceSet()
        resources.listeners = [listener]
        resources.clusters = [cluster]
        resources.nameTable = names
        return resources
    }
}
