internal import EnvoyAPI
internal import SwiftProtobuf

extension Envoy_Config_Listener_V3_Listener {
    private typealias Manager = Envoy_Extensions_Filters_Network_HttpConnectionManager_V3_HttpConnectionManager

    /// Puts discovered HTTP filter configurations where the listener refers to
    /// them. One that isn't known is its default, if it has one.
    ///
    /// - Parameter configuration: The configuration of that name.
    mutating func placeFilters(_ configuration: (String) -> Google_Protobuf_Any?) {
        for chain in filterChains.indices { Self.place(&filterChains[chain], configuration) }
        if hasDefaultFilterChain { Self.place(&defaultFilterChain, configuration) }
    }

    private static func place(
        _ chain: inout Envoy_Config_Listener_V3_FilterChain, _ configuration: (String) -> Google_Protobuf_Any?
    ) {
        for index in chain.filters.indices {
            guard var manager = try? chain.filters[index].typedConfig.unpackIfMatching(Manager.self) else { continue }
            for filter in manager.httpFilters.indices {
                guard case .configDiscovery(let source) = manager.httpFilters[filter].configType else { continue }
                if let found = configuration(manager.httpFilters[filter].name) {
                    manager.httpFilters[filter].typedConfig = found
                } else if source.hasDefaultConfig {
                    manager.httpFilters[filter].typedConfig = source.defaultConfig
                }
            }
            chain.filters[index].typedConfig = Google_Protobuf_Any(packing: manager)
        }
    }
}
