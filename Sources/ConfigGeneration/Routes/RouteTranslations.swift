internal import EnvoyAPI
internal import MeshAPI
internal import SwiftProtobuf

/// Translates redirects.
struct RedirectTranslation {
    let port: Int
    let isTLS: Bool

    func message(_ source: VirtualService.HTTPRedirect) -> Envoy_Config_Route_V3_RedirectAction {
        var action = Envoy_Config_Route_V3_RedirectAction()
        action.hostRedirect = source.authority
        if source.prefixRewrite.isEmpty {
            action.pathRedirect = source.uri
        } else {
            action.prefixRewrite = source.prefixRewrite
        }
        if !source.scheme.isEmpty { action.schemeRedirect = source.scheme }
        action.portRedirect = redirectedPort(source)
        switch source.redirectCode {
        case 302: action.responseCode = .found
        case 303: action.responseCode = .seeOther
        case 307: action.responseCode = .temporaryRedirect
        case 308: action.responseCode = .permanentRedirect
        default: action.responseCode = .movedPermanently
        }
        return action
    }

    /// A scheme's own port is left to the scheme.
    private func redirectedPort(_ source: VirtualService.HTTPRedirect) -> UInt32 {
        if let port = source.port { return port }
        guard source.derivePort == .fromRequestPort else { return 0 }
        let scheme = source.scheme.isEmpty ? (isTLS ? "https" : "http") : source.scheme
        if (scheme == "http" && port == 80) || (scheme == "https" && port == 443) { return 0 }
        return UInt32(clamping: port)
    }
}

/// Translates injected faults.
enum FaultTranslation {
    /// - Returns: nil for a fault that names neither a delay nor an answer.
    static func message(_ source: VirtualService.HTTPFaultInjection) -> Envoy_Extensions_Filters_Http_Fault_V3_HTTPFault? {
        var fault = Envoy_Extensions_Filters_Http_Fault_V3_HTTPFault()
        if let delay = source.delay, let fixed = delay.fixedDelay {
            fault.delay.percentage = percentage(delay.percentage, delay.percent)
            fault.delay.fixedDelay = .init(fixed)
        }
        if let abort = source.abort, abort.httpStatus != nil || abort.grpcStatus != nil {
            fault.abort.percentage = percentage(abort.percentage, 0)
            if let status = abort.httpStatus {
                fault.abort.httpStatus = UInt32(clamping: status)
            } else if let status = abort.grpcStatus {
                fault.abort.grpcStatus = grpcCodes[status] ?? 2
            }
        }
        return fault.hasDelay || fault.hasAbort ? fault : nil
    }

    /// Without a percentage all requests are meant.
    private static func percentage(
        _ value: VirtualService.Percent?, _ deprecated: Int32
    ) -> Envoy_Type_V3_FractionalPercent {
        if let value { return .init(percentage: value.value) }
        guard deprecated > 0 else { return .always }
        var percent = Envoy_Type_V3_FractionalPercent()
        percent.numerator = UInt32(deprecated)
        return percent
    }

    private static let grpcCodes: [String: UInt32] = [
        "OK": 0, "CANCELLED": 1, "UNKNOWN": 2, "INVALID_ARGUMENT": 3, "DEADLINE_EXCEEDED": 4,
        "NOT_FOUND": 5, "ALREADY_EXISTS": 6, "PERMISSION_DENIED": 7, "RESOURCE_EXHAUSTED": 8,
        "FAILED_PRECONDITION": 9, "ABORTED": 10, "OUT_OF_RANGE": 11, "UNIMPLEMENTED": 12,
        "INTERNAL": 13, "UNAVAILABLE": 14, "DATA_LOSS": 15, "UNAUTHENTICATED": 16,
    ]
}

/// Translates cross-origin policies.
enum CorsTranslation {
    static func message(_ source: VirtualService.CorsPolicy) -> Envoy_Extensions_Filters_Http_Cors_V3_CorsPolicy {
        var cors = Envoy_Extensions_Filters_Http_Cors_V3_CorsPolicy()
        cors.allowOriginStringMatch = source.allowOrigins.isEmpty
            ? source.allowOrigin.map(EnvoyStringMatcher.init(exact:))
            : source.allowOrigins.compactMap(RouteMatching.matcher)
        cors.allowMethods = source.allowMethods.joined(separator: ",")
        cors.allowHeaders = source.allowHeaders.joined(separator: ",")
        cors.exposeHeaders = source.exposeHeaders.joined(separator: ",")
        if let age = source.maxAge { cors.maxAge = String(age.components.seconds) }
        if let allows = source.allowCredentials { cors.allowCredentials = .init(allows) }
        cors.filterEnabled.defaultValue = .always
        cors.forwardNotMatchingPreflights = .init(source.unmatchedPreflights != .ignore)
        return cors
    }
}

/// Translates what a request is hashed by.
enum HashTranslation {
    static func message(_ source: LoadBalancerSettings.ConsistentHashLB) -> EnvoyRouteAction.HashPolicy? {
        var policy = EnvoyRouteAction.HashPolicy()
        if let name = source.httpHeaderName {
            policy.header.headerName = name
        } else if let cookie = source.httpCookie {
            policy.cookie.name = cookie.name
            policy.cookie.path = cookie.path
            if let life = cookie.ttl { policy.cookie.ttl = .init(life) }
            policy.cookie.attributes = cookie.attributes.map { attribute in
                var message = EnvoyRouteAction.HashPolicy.CookieAttribute()
                message.name = attribute.name
                message.value = attribute.value
                return message
            }
        } else if source.useSourceIp == true {
            policy.connectionProperties.sourceIp = true
        } else if let name = source.httpQueryParameterName {
            policy.queryParameter.name = name
        } else {
            return nil
        }
        return policy
    }
}
