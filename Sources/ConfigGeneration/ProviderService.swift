internal import EnvoyAPI
internal import ServiceRegistry

/// The service behind an extension provider, as a proxy reaches it.
struct ProviderService {
    let host: String
    let cluster: String

    var grpc: Envoy_Config_Core_V3_GrpcService {
        var grpc = Envoy_Config_Core_V3_GrpcService()
        grpc.envoyGrpc.clusterName = cluster
        grpc.envoyGrpc.authority = host
        return grpc
    }
}

extension ProxyContext {
    /// - Parameter name: a host, or `namespace/host`.
    /// - Returns: nil when the proxy sees no such service with such a port.
    func providerService(_ name: String, port: UInt32) -> ProviderService? {
        let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
        guard let host = parts.last, let service = service(named: host), service.port(Int(port)) != nil else { return nil }
        if parts.count == 2, service.namespace != parts[0] { return nil }
        return ProviderService(host: host, cluster: Names.cluster(port: Int(port), host: host))
    }
}
