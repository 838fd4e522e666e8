internal import EnvoyAPI
internal import SwiftProtobuf

/// What a cluster or listener needs before it can be in force.
struct ResourceReference: Sendable, Hashable {
    var name: ResourceName
    /// Milliseconds after which it is in force without it
    /// (`ConfigSource.initial_fetch_timeout`); 0 waits for ever.
    var patience: UInt64

    init(_ name: ResourceName, _ source: Envoy_Config_Core_V3_ConfigSource) {
        self.name = name
        let limit = source.initialFetchTimeout
        patience =
            source.hasInitialFetchTimeout
            ? UInt64(max(0, limit.seconds)) * 1000 + UInt64(max(0, limit.nanos) / 1_000_000) : 15_000
    }
}

extension DiscoveredResource {
    /// What the resource refers to that comes over the same stream.
    var references: [ResourceReference] {
        switch self {
        case .cluster(let cluster): Self.references(cluster)
        case .listener(let listener): Self.references(listener)
        case .endpoints, .route, .secret, .extensionConfig, .nameTable: []
        }
    }

    private static func references(_ cluster: Envoy_Config_Cluster_V3_Cluster) -> [ResourceReference] {
        var found: [ResourceReference] = []
        if let name = cluster.discoveredEndpointsName {
            found.append(ResourceReference(.endpoints(name), cluster.edsClusterConfig.edsConfig))
        }
        if cluster.hasTransportSocket { found += secrets(cluster.transportSocket) }
        for match in cluster.transportSocketMatches { found += secrets(match.transportSocket) }
        return found
    }

    private static func references(_ listener: Envoy_Config_Listener_V3_Listener) -> [ResourceReference] {
        var found: [ResourceReference] = []
        for manager in listener.httpConnectionManagers {
            if case .rds(let rds) = manager.routeSpecifier {
                found.append(ResourceReference(.route(rds.routeConfigName), rds.configSource))
            }
            for filter in manager.httpFilters {
                guard case .configDiscovery(let source) = filter.configType else { continue }
                let name = ResourceName(typeURL: .extensionConfig, name: filter.name)
                found.append(ResourceReference(name, source.configSource))
            }
        }
        for chain in listener.everyFilterChain where chain.hasTransportSocket {
            found += secrets(chain.transportSocket)
        }
        return found
    }

    private static func secrets(_ socket: Envoy_Config_Core_V3_TransportSocket) -> [ResourceReference] {
        if let outer = try? socket.typedConfig.unpackIfMatching(
            Envoy_Extensions_TransportSockets_ProxyProtocol_V3_ProxyProtocolUpstreamTransport.self)
        {
            return secrets(outer.transportSocket)
        }
        var common = Envoy_Extensions_TransportSockets_Tls_V3_CommonTlsContext()
        if let context = try? socket.typedConfig.unpackIfMatching(
            Envoy_Extensions_TransportSockets_Tls_V3_UpstreamTlsContext.self)
        {
            common = context.commonTlsContext
        } else if let context = try? socket.typedConfig.unpackIfMatching(
            Envoy_Extensions_TransportSockets_Tls_V3_DownstreamTlsContext.self)
        {
            common = context.commonTlsContext
        }
        var configs = common.tlsCertificateSdsSecretConfigs
        switch common.validationContextType {
        case .validationContextSdsSecretConfig(let secret): configs.append(secret)
        case .combinedValidationContext(let combined) where combined.hasValidationContextSdsSecretConfig:
            configs.append(combined.validationContextSdsSecretConfig)
        default: break
        }
        // Without a source the secret is one of the bootstrap's.
        return configs.filter(\.hasSdsConfig).map { ResourceReference(.secret($0.name), $0.sdsConfig) }
    }
}
