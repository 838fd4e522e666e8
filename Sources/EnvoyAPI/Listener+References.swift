internal import SwiftProtobuf

extension Envoy_Config_Listener_V3_Listener {
    /// The names of the route configurations that the listener discovers.
    public var discoveredRouteNames: Set<String> {
        var names: Set<String> = []
        for manager in httpConnectionManagers {
            if case .rds(let discovery) = manager.routeSpecifier {
                names.insert(discovery.routeConfigName)
            }
        }
        return names
    }

    /// The names of the secrets that the listener's transport sockets discover.
    public var discoveredSecretNames: Set<String> {
        var names: Set<String> = []
        for chain in everyFilterChain where chain.hasTransportSocket {
            names.formUnion(chain.transportSocket.discoveredSecretNames)
        }
        return names
    }

    /// The HTTP connection manager of each filter chain that has one.
    public var httpConnectionManagers:
        [Envoy_Extensions_Filters_Network_HttpConnectionManager_V3_HttpConnectionManager]
    {
        everyFilterChain.flatMap(\.filters).compactMap { filter in
            try? filter.typedConfig.unpackIfMatching(
                Envoy_Extensions_Filters_Network_HttpConnectionManager_V3_HttpConnectionManager
                    .self)
        }
    }

    /// The filter chains, the default one last.
    public var everyFilterChain: [Envoy_Config_Listener_V3_FilterChain] {
        hasDefaultFilterChain ? filterChains + [defaultFilterChain] : filterChains
    }
}
