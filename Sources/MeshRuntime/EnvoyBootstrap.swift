internal import EnvoyAPI
internal import ServiceRegistry

/// The bootstrap of an Envoy that takes everything else from our xDS server.
struct EnvoyBootstrap {
    /// Cluster of the xDS server in the bootstrap.
    static let xdsCluster = "xds-grpc"
    /// Cluster through which secrets are fetched; Istio's name, used by the
    /// generated TLS contexts.
    static let secretCluster = "sds-grpc"

    var proxy: ProxyIdentity
    var xdsPort: UInt16
    /// Who is asked about names; empty means the system's servers.
    var dnsServers: [DNSServerAddress] = []

    /// The bootstrap as Envoy's own JSON. Everything listens on loopback.
    func json() -> String {
        func cluster(_ name: String) -> String {
            """
            {"name": "\(name)", "type": "STATIC", "connect_timeout": "1s",
             "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
               "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
               "explicit_http_config": {"http2_protocol_options": {}}}},
             "load_assignment": {"cluster_name": "\(name)", "endpoints": [{"lb_endpoints": [{"endpoint": {
               "address": {"socket_address": {"address": "127.0.0.1", "port_value": \(xdsPort)}}}}]}]}}
            """
        }
        let metadata = proxy.metadata.sorted { $0.key < $1.key }
            .map { "\(Self.quoted($0.key)): \(Self.quoted($0.value))" }
        let labels = proxy.labels.sorted { $0.key < $1.key }
            .map { "\(Self.quoted($0.key)): \(Self.quoted($0.value))" }
        return """
            {"node": {"id": \(Self.quoted(proxy.nodeID)), "cluster": \(Self.quoted(proxy.namespace)),
              "metadata": {\((metadata + ["\"LABELS\": {\(labels.joined(separator: ", "))}", "\"SERVICE_ACCOUNT\": \(Self.quoted(proxy.serviceAccount))"]).joined(separator: ", "))}},
             \(resolver)"admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}}},
             "dynamic_resources": {
               "ads_config": {"api_type": "DELTA_GRPC", "transport_api_version": "V3",
                 "grpc_services": [{"envoy_grpc": {"cluster_name": "\(Self.xdsCluster)"}}]},
               "cds_config": {"ads": {}, "resource_api_version": "V3", "initial_fetch_timeout": "0s"},
               "lds_config": {"ads": {}, "resource_api_version": "V3", "initial_fetch_timeout": "0s"}},
             "static_resources": {"clusters": [\(cluster(Self.xdsCluster)), \(cluster(Self.secretCluster))]}}
            """
    }

    /// The resolver of clusters that name none; empty for Envoy's default.
    private var resolver: String {
        guard !dnsServers.isEmpty else { return "" }
        let servers = dnsServers.map {
            "{\"socket_address\": {\"address\": \(Self.quoted($0.address)), \"port_value\": \($0.port)}}"
        }
        return """
            "typed_dns_resolver_config": {"name": "envoy.network.dns_resolver.cares", "typed_config": {
              "@type": "type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig",
              "resolvers": [\(servers.joined(separator: ", "))],
              "dns_resolver_options": {"no_default_search_domain": true}}},

            """
    }

    /// A JSON string.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20: result += "\\u" + String(scalar.value + 0x10000, radix: 16).dropFirst()
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
