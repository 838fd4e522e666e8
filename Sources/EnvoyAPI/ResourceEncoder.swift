public import SwiftProtobuf

/// Encodes resources in one pass.
///
/// SwiftProtobuf asks every message for its size before it writes it, and
/// for nested messages again on each level; configuration is nested deeply,
/// and most of the time goes into that. Here a message is written first, and
/// its length put before it afterwards. The bytes are the same as those of
/// SwiftProtobuf with deterministic ordering.
public enum ResourceEncoder {
    /// The encoded message; maps in order of their keys.
    ///
    /// A message that can't be encoded, such as one with an `Any` read from
    /// JSON of an unknown type, gives no bytes.
    public static func bytes<M: Message>(of message: M) -> [UInt8] {
        // What there is most of is named here, so that the compiler makes code for
        // just these types.
        if M.self == Envoy_Config_Cluster_V3_Cluster.self, let cluster = message as? Envoy_Config_Cluster_V3_Cluster {
            return encode(cluster)
        }
        if M.self == Envoy_Config_Endpoint_V3_ClusterLoadAssignment.self,
            let endpoints = message as? Envoy_Config_Endpoint_V3_ClusterLoadAssignment
        {
            return encode(endpoints)
        }
        if M.self == Envoy_Config_Listener_V3_Listener.self, let listener = message as? Envoy_Config_Listener_V3_Listener {
            return encode(listener)
        }
        if M.self == Envoy_Config_Route_V3_RouteConfiguration.self,
            let routes = message as? Envoy_Config_Route_V3_RouteConfiguration
        {
            return encode(routes)
        }
        if M.self == Envoy_Extensions_TransportSockets_Tls_V3_UpstreamTlsContext.self,
            let context = message as? Envoy_Extensions_TransportSockets_Tls_V3_UpstreamTlsContext
        {
            return encode(context)
        }
        if M.self == Envoy_Extensions_Filters_Network_TcpProxy_V3_TcpProxy.self,
            let proxy = message as? Envoy_Extensions_Filters_Network_TcpProxy_V3_TcpProxy
        {
            return encode(proxy)
        }
        if M.self == Istio_Networking_Nds_V1_NameTable.self, let table = message as? Istio_Networking_Nds_V1_NameTable {
            return encode(table)
        }
        return encode(message)
    }

    @inline(__always)
    private static func encode<M: Message>(_ message: M) -> [UInt8] {
        var visitor = OnePassVisitor()
        do {
            try message.traverse(visitor: &visitor)
            return visitor.buffer
        } catch {
            var options = BinaryEncodingOptions()
            options.useDeterministicOrdering = true
            return (try? message.serializedBytes(partial: true, options: options)) ?? []
        }
    }
}
