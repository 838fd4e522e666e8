internal import EnvoyAPI
internal import MeshAPI
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
    /// A filter that decides whether a request may pass.
    struct Policy {
        let name: String
        let config: Google_Protobuf_Any
    }

    /// Filters that decide whether a request may pass.
    var policies: [Policy] = []
    /// Where requests are logged.
    var accessLogs: [EnvoyAccessLog] = []
    /// How requests are traced, if they are.
    var tracing: EnvoyHTTPManager.Tracing?
    /// Whether the request's id decides which requests are traced.
    var samplesByRequestID = true
    /// How paths are brought into one form: MeshConfig's word for it.
    var pathNormalization = ""
    var isGateway = false
    var isExplicitProxy = false
    var acceptsHTTP10 = false

    /// A manager that reports what the mesh's telemetry asks for.
    init(routes: Routes, statPrefix: String, context: ProxyContext) {
        self.routes = routes
        self.statPrefix = statPrefix
        let telemetry = context.telemetry
        accessLogs = telemetry.requestLogs
        tracing = telemetry.tracing
        samplesByRequestID = telemetry.samplesByRequestID
        pathNormalization = context.mesh.pathNormalization["normalization"]?.string ?? ""
    }

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
        manager.normalizePath = .init(pathNormalization != "NONE")
        manager.mergeSlashes = pathNormalization.hasSuffix("MERGE_SLASHES")
        manager.pathWithEscapedSlashesAction =
            pathNormalization == "DECODE_AND_MERGE_SLASHES" ? .unescapeAndForward : .keepUnchanged
        manager.requestIDExtension = samplesByRequestID ? Self.requestID : Self.plainRequestID
        manager.accessLog = accessLogs
        if let tracing { manager.tracing = tracing }
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

    private static let requestID = requestID(decidesTraces: true)
    private static let plainRequestID = requestID(decidesTraces: false)

    private static func requestID(
        decidesTraces: Bool
    ) -> Envoy_Extensions_Filters_Network_HttpConnectionManager_V3_RequestIDExtension {
        var uuid = Envoy_Extensions_RequestId_Uuid_V3_UuidRequestIdConfig()
        uuid.useRequestIDForTraceSampling = .init(decidesTraces)
        var fields = Envoy_Extensions_Filters_Network_HttpConnectionManager_V3_RequestIDExtension()
        fields.typedConfig = uuid.packed
        return fields
    }
}
