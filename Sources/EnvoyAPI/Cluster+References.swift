internal import SwiftProtobuf

extension Envoy_Config_Cluster_V3_Cluster {
    /// The name under which the cluster's endpoints are discovered, or nil if
    /// they aren't (the cluster is not of type EDS).
    public var discoveredEndpointsName: String? {
        guard case .type(.eds) = clusterDiscoveryType else { return nil }
        return edsClusterConfig.serviceName.isEmpty ? name : edsClusterConfig.serviceName
    }

    /// The names of the secrets that the cluster's transport sockets discover.
    public var discoveredSecretNames: Set<String> {
        var names = hasTransportSocket ? transportSocket.discoveredSecretNames : []
        for match in transportSocketMatches {
            names.formUnion(match.transportSocket.discoveredSecretNames)
        }
        return names
    }
}

extension Envoy_Config_Core_V3_TransportSocket {
    /// The names of the secrets that the socket discovers, also through a
    /// socket that it wraps.
    public var discoveredSecretNames: Set<String> {
        if let context = try? typedConfig.unpackIfMatching(
            Envoy_Extensions_TransportSockets_Tls_V3_UpstreamTlsContext.self)
        {
            return context.commonTlsContext.discoveredSecretNames
        }
        if let context = try? typedConfig.unpackIfMatching(
            Envoy_Extensions_TransportSockets_Tls_V3_DownstreamTlsContext.self)
        {
            return context.commonTlsContext.discoveredSecretNames
        }
        if let outer = try? typedConfig.unpackIfMatching(
            Envoy_Extensions_TransportSockets_ProxyProtocol_V3_ProxyProtocolUpstreamTransport.self)
        {
            return outer.transportSocket.discoveredSecretNames
        }
        return []
    }
}

extension Envoy_Extensions_TransportSockets_Tls_V3_CommonTlsContext {
    /// The names of the secrets that the context discovers.
    public var discoveredSecretNames: Set<String> {
        var secrets = tlsCertificateSdsSecretConfigs
        switch validationContextType {
        case .validationContextSdsSecretConfig(let secret):
            secrets.append(secret)
        case .combinedValidationContext(let combined)
        where combined.hasValidationContextSdsSecretConfig:
            secrets.append(combined.validationContextSdsSecretConfig)
        default:
            break
        }
        return Set(secrets.lazy.filter(\.hasSdsConfig).map(\.name))
    }
}
