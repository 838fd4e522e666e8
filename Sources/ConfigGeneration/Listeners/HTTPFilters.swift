internal import EnvoyAPI
internal import ServiceRegistry
internal import SwiftProtobuf

private typealias HTTPFilter = Envoy_Extensions_Filters_Network_HttpConnectionManager_V3_HttpFilter

/// The filters that every generated listener has in common; encoded once.
enum HTTPFilters {
    fileprivate static func filter(_ name: String, _ config: some Message) -> HTTPFilter {
        var filter = HTTPFilter()
        filter.name = name
        filter.typedConfig = config.packed
        return filter
    }

    fileprivate static let grpcStats: HTTPFilter = {
        var config = Envoy_Extensions_Filters_Http_GrpcStats_V3_FilterConfig()
        config.emitFilterState = true
        config.statsForAllMethods = .init(false)
        return filter("envoy.filters.http.grpc_stats", config)
    }()

    fileprivate static let fault = filter(
        "envoy.filters.http.fault", Envoy_Extensions_Filters_Http_Fault_V3_HTTPFault())
    fileprivate static let cors = filter(
        "envoy.filters.http.cors", Envoy_Extensions_Filters_Http_Cors_V3_Cors())
    fileprivate static let router = filter(
        "envoy.filters.http.router", Envoy_Extensions_Filters_Http_Router_V3_Router())

    fileprivate static func dynamicForwardProxy(host: String, proxy: ProxyIdentity) -> HTTPFilter {
        var config = Envoy_Extensions_Filters_Http_DynamicForwardProxy_V3_FilterConfig()
        config.dnsCacheConfig = DynamicDNS.cache(host: host, proxy: proxy)
        return filter("envoy.filters.http.dynamic_forward_proxy", config)
    }
}

/// An HTTP connection manager to be built.
struct HTTPManager {
    enum Routes {
        case named(String)
        case inline(EnvoyRouteConfiguration)
    }

    var routes: Routes
    var statPrefix: String
    /// Hosts whose requests are resolved by name.
    var dynamicHosts: [String] = []
    /// Filters that decide whether a request may pass, as packed messages.
    var policies: [(name: String, config: Google_Protobuf_Any)] = []
    var isGateway = false
    var isExplicitProxy = false
    var acceptsHTTP10 = false

    func filter(for proxy: ProxyIdentity) -> EnvoyNetworkFilter {
        EnvoyNetworkFilter("envoy.filters.network.http_connection_manager", message(for: proxy))
    }

    private func message(for proxy: ProxyIdentity) -> EnvoyHTTPManager {
        var manager = EnvoyHTTPManager()
        manager.statPrefix = statPrefix
        switch routes {
        case .named(let name):
            manager.rds.configSource = .sameStream
            manager.rds.routeConfigName = name
        case .inline(let configuration): manager.routeConfig = configuration
        }
        manager.httpFilters = policies.map { policy in
            var filter = HTTPFilter()
            filter.name = policy.name
            filter.typedConfig = policy.config
            return filter
        }
        manager.httpFilters += [HTTPFilters.grpcStats, HTTPFilters.fault, HTTPFilters.cors]
        manager.httpFilters += dynamicHosts.map { HTTPFilters.dynamicForwardProxy(host: $0, proxy: proxy) }
        manager.httpFilters.append(HTTPFilters.router)
        manager.streamIdleTimeout = .zero
        manager.useRemoteAddress = .init(isGateway)
        manager.proxy100Continue = true
        manager.upgradeConfigs = [Self.websocket]
        manager.normalizePath = .init(true)
        manager.pathWithEscapedSlashesAction = .keepUnchanged
        manager.requestIDExtension = Self.requestID
        if isGateway { applyGateway(&manager) }
        if isExplicitProxy { manager.httpProtocolOptions.allowAbsoluteURL = .init(true) }
        if acceptsHTTP10 { manager.httpProtocolOptions.acceptHTTP10 = true }
        return manager
    }

    private func applyGateway(_ manager: inout EnvoyHTTPManager) {
        manager.httpProtocolOptions = .init()
        manager.serverName = "istio-envoy"
        manager.forwardClientCertDetails = .sanitizeSet
        manager.setCurrentClientCertDetails.subject = .init(true)
        manager.setCurrentClientCertDetails.cert = true
        manager.setCurrentClientCertDetails.dns = true
        manager.setCurrentClientCertDetails.uri = true
    }

    private static let websocket: EnvoyHTTPManager.UpgradeConfig = {
        var config = EnvoyHTTPManager.UpgradeConfig()
        config.upgradeType = "websocket"
        return config
    }()

    private static let requestID: Envoy_Extensions_Filters_Network_HttpConnectionManager_V3_RequestIDExtension = {
        var uuid = Envoy_Extensions_RequestId_Uuid_V3_UuidRequestIdConfig()
        uuid.useRequestIDForTraceSampling = .init(true)
        var fields = Envoy_Extensions_Filters_Network_HttpConnectionManager_V3_RequestIDExtension()
        fields.typedConfig = uuid.packed
        return fields
    }()
}
