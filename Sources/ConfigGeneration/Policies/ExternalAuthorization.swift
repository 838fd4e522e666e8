internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

/// The filters that ask an extension provider of the mesh's settings about
/// what `CUSTOM` policies select.
struct ExternalAuthorization {
    let context: ProxyContext

    /// Before the name under which Envoy's access rules say what they select.
    static let selectionStatPrefix = "istio_ext_authz_"

    /// The access rules that select requests, before the filter that asks.
    static func selecting(_ rules: Envoy_Config_Rbac_V3_RBAC?, name: String = "envoy.filters.http.rbac") -> HTTPManager.Policy {
        .init(name: name, config: selection(rules).packed)
    }

    static func selection(_ rules: Envoy_Config_Rbac_V3_RBAC?) -> Envoy_Extensions_Filters_Http_Rbac_V3_RBAC {
        var filter = Envoy_Extensions_Filters_Http_Rbac_V3_RBAC()
        if let rules { filter.shadowRules = rules }
        filter.shadowRulesStatPrefix = selectionStatPrefix
        return filter
    }

    /// - Returns: nil when there is no such provider, or its service is
    ///   unknown.
    func http(_ name: String, filterName: String = "envoy.filters.http.ext_authz") -> HTTPManager.Policy? {
        guard let provider = provider(name) else { return nil }
        var filter = Envoy_Extensions_Filters_Http_ExtAuthz_V3_ExtAuthz()
        if let settings = provider.envoyExtAuthzHttp {
            guard let service = context.providerService(settings.service, port: settings.port) else { return nil }
            apply(settings, service, to: &filter)
        } else if let settings = provider.envoyExtAuthzGrpc {
            guard let service = context.providerService(settings.service, port: settings.port) else { return nil }
            filter.grpcService = Self.asked(service, settings)
            filter.failureModeAllow = settings.failOpen
            filter.clearRouteCache_p = settings.clearRouteCache ?? false
            apply(status: settings.statusOnError, body: settings.includeRequestBodyInCheck, to: &filter)
        } else {
            return nil
        }
        filter.transportApiVersion = .v3
        filter.filterEnabledMetadata = Self.selected(for: name, by: "envoy.filters.http.rbac")
        return .init(name: filterName, config: filter.packed)
    }

    /// - Returns: nil when the provider can't be asked about connections:
    ///   only those asked over gRPC can.
    func network(_ name: String) -> EnvoyNetworkFilter? {
        guard let settings = provider(name)?.envoyExtAuthzGrpc,
            let service = context.providerService(settings.service, port: settings.port)
        else { return nil }
        var filter = Envoy_Extensions_Filters_Network_ExtAuthz_V3_ExtAuthz()
        filter.statPrefix = "tcp."
        filter.grpcService = Self.asked(service, settings)
        filter.failureModeAllow = settings.failOpen
        filter.transportApiVersion = .v3
        filter.filterEnabledMetadata = Self.selected(for: name, by: "envoy.filters.network.rbac")
        return EnvoyNetworkFilter("envoy.filters.network.ext_authz", filter)
    }

    private func provider(_ name: String) -> MeshConfig.ExtensionProvider? {
        context.mesh.extensionProviders.first { $0.name == name }
    }

    private static let longest = Google_Protobuf_Duration(seconds: 600, nanos: 0)

    private static func asked(
        _ service: ProviderService, _ settings: MeshConfig.ExtensionProvider.GRPCAuthorizer
    ) -> Envoy_Config_Core_V3_GrpcService {
        var grpc = service.grpc
        // `|` isn't allowed in an authority.
        grpc.envoyGrpc.authority = String(service.cluster.map { $0 == "|" ? "_" : $0 })
        grpc.timeout = settings.timeout.map { .init($0) } ?? longest
        return grpc
    }

    private func apply(
        _ settings: MeshConfig.ExtensionProvider.HTTPAuthorizer, _ service: ProviderService,
        to filter: inout Envoy_Extensions_Filters_Http_ExtAuthz_V3_ExtAuthz
    ) {
        var http = Envoy_Extensions_Filters_Http_ExtAuthz_V3_HttpService()
        http.serverUri.uri = "http://\(service.host)"
        http.serverUri.cluster = service.cluster
        http.serverUri.timeout = settings.timeout.map { .init($0) } ?? Self.longest
        http.pathPrefix = settings.pathPrefix
        http.authorizationRequest.headersToAdd = settings.includeAdditionalHeadersInCheck.sorted { $0.key < $1.key }.map {
            var header = Envoy_Config_Core_V3_HeaderValue()
            header.key = $0.key
            header.value = $0.value
            return header
        }
        if http.authorizationRequest.headersToAdd.isEmpty { http.clearAuthorizationRequest() }
        if let headers = Self.headers(settings.headersToUpstreamOnAllow) {
            http.authorizationResponse.allowedUpstreamHeaders = headers
        }
        if let headers = Self.headers(settings.headersToDownstreamOnDeny) {
            http.authorizationResponse.allowedClientHeaders = headers
        }
        if let headers = Self.headers(settings.headersToDownstreamOnAllow) {
            http.authorizationResponse.allowedClientHeadersOnSuccess = headers
        }
        filter.httpService = http
        if let headers = Self.headers(settings.includeRequestHeadersInCheck + settings.includeHeadersInCheck) {
            filter.allowedHeaders = headers
        }
        filter.failureModeAllow = settings.failOpen
        filter.clearRouteCache_p = settings.clearRouteCache ?? false
        apply(status: settings.statusOnError, body: settings.includeRequestBodyInCheck, to: &filter)
    }

    private func apply(
        status: String, body: MeshConfig.ExtensionProvider.RequestBody?,
        to filter: inout Envoy_Extensions_Filters_Http_ExtAuthz_V3_ExtAuthz
    ) {
        if let code = Int(status), let known = Envoy_Type_V3_StatusCode(rawValue: code) { filter.statusOnError.code = known }
        guard let body else { return }
        filter.withRequestBody.maxRequestBytes = body.maxRequestBytes
        filter.withRequestBody.allowPartialMessage = body.allowPartialMessage
        filter.withRequestBody.packAsBytes = body.packAsBytes
    }

    private static func headers(_ names: [String]) -> Envoy_Type_Matcher_V3_ListStringMatcher? {
        guard !names.isEmpty else { return nil }
        var list = Envoy_Type_Matcher_V3_ListStringMatcher()
        list.patterns = names.map { name in
            var matcher = AuthorizationRule.matcher(name)
            matcher.ignoreCase = true
            return matcher
        }
        return list
    }

    private static func selected(for provider: String, by filter: String) -> Envoy_Type_Matcher_V3_MetadataMatcher {
        var matcher = Envoy_Type_Matcher_V3_MetadataMatcher()
        matcher.filter = filter
        var segment = Envoy_Type_Matcher_V3_MetadataMatcher.PathSegment()
        segment.key = selectionStatPrefix + "shadow_effective_policy_id"
        matcher.path = [segment]
        matcher.value.stringMatch.prefix = AuthorizationRules.selectionPrefix(provider) + "-"
        return matcher
    }
}
