internal import EnvoyAPI
internal import SwiftProtobuf

/// The filters that look at a connection before a chain is chosen.
enum ListenerFilters {
    static let tlsInspector: EnvoyListenerFilter = {
        var config = Envoy_Extensions_Filters_Listener_TlsInspector_V3_TlsInspector()
        config.initialReadBufferSize = .init(512)
        return filter("envoy.filters.listener.tls_inspector", config)
    }()

    static let httpInspector = filter(
        "envoy.filters.listener.http_inspector", Envoy_Extensions_Filters_Listener_HttpInspector_V3_HttpInspector())

    /// Reads where the connection was going from a PROXY header.
    static let proxyProtocol = filter(
        "envoy.filters.listener.proxy_protocol", Envoy_Extensions_Filters_Listener_ProxyProtocol_V3_ProxyProtocol())

    private static func filter(_ name: String, _ config: some Message) -> EnvoyListenerFilter {
        var filter = EnvoyListenerFilter()
        filter.name = name
        filter.typedConfig = config.packed
        return filter
    }
}
