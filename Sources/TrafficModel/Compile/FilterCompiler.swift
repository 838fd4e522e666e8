internal import EnvoyAPI
internal import SwiftProtobuf

/// HTTP filters and what routes say about them.
struct FilterCompiler {
    let arena: Arena

    /// Filters that observe and change nothing that is decided or sent here:
    /// telemetry, and Istio's helpers for traffic between its own sidecars.
    private static let observers: Set<String> = [
        "envoy.extensions.filters.http.grpc_stats.v3.FilterConfig",
        "envoy.extensions.filters.http.set_filter_state.v3.Config",
        "istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig",
        "io.istio.http.peer_metadata.Config",
        "stats.PluginConfig",
    ]

    static func isObserver(name: String, message: String) -> Bool {
        observers.contains(message) || name.hasPrefix("istio.") || name == "envoy.filters.http.grpc_stats"
    }

    func filters(
        _ messages: [Envoy_Extensions_Filters_Network_HttpConnectionManager_V3_HttpFilter], _ path: String
    ) throws(CompileError) -> FlatArray<HTTPFilterPlan> {
        var plans: [HTTPFilterPlan] = []
        for (index, message) in messages.enumerated() {
            if message.typedConfig.messageName == "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz" {
                plans.append(try externalAuthorization(after: plans, "\(path)[\(index)]"))
                continue
            }
            if var plan = try filter(message, "\(path)[\(index)]") {
                plan.name = arena.text(message.name)
                plan.disabled = message.disabled
                plans.append(plan)
            }
        }
        guard plans.last?.kind == .router else {
            throw CompileError(path, "the last filter must be the router")
        }
        return arena.array(plans)
    }

    /// The decision of an external service, which isn't asked here: what the
    /// shadow rules before it select for it is refused.
    private func externalAuthorization(after plans: [HTTPFilterPlan], _ path: String) throws(CompileError) -> HTTPFilterPlan {
        guard var selection = plans.last, selection.kind == .accessRules, !selection.refusesShadowMatches else {
            throw CompileError(path, "external authorization without rules that select requests for it is not supported")
        }
        selection.refusesShadowMatches = true
        return selection
    }

    private func filter(
        _ message: Envoy_Extensions_Filters_Network_HttpConnectionManager_V3_HttpFilter, _ path: String
    ) throws(CompileError) -> HTTPFilterPlan? {
        let config: Google_Protobuf_Any
        switch message.configType {
        case .typedConfig(let any): config = any
        case .configDiscovery, nil:
            if Self.isObserver(name: message.name, message: "") || message.isOptional { return nil }
            throw .unsupported("\(path).config_discovery")
        }
        let own = "\(path).typed_config"
        switch config.messageName {
        case "envoy.extensions.filters.http.router.v3.Router":
            let router = try config.decoded(Envoy_Extensions_Filters_Http_Router_V3_Router.self, own)
            if !router.strictCheckHeaders.isEmpty { throw .unsupported("\(own).strict_check_headers") }
            if router.respectExpectedRqTimeout { throw .unsupported("\(own).respect_expected_rq_timeout") }
            if !router.upstreamHTTPFilters.isEmpty { throw .unsupported("\(own).upstream_http_filters") }
            return HTTPFilterPlan(kind: .router, suppressesEnvoyHeaders: router.suppressEnvoyHeaders)
        case "envoy.extensions.filters.http.fault.v3.HTTPFault":
            let fault = try fault(
                config.decoded(Envoy_Extensions_Filters_Http_Fault_V3_HTTPFault.self, own), own)
            return HTTPFilterPlan(kind: .fault, fault: fault)
        case "envoy.extensions.filters.http.cors.v3.Cors":
            return HTTPFilterPlan(kind: .cors)
        case "envoy.extensions.filters.http.rbac.v3.RBAC":
            let rules = try config.decoded(Envoy_Extensions_Filters_Http_Rbac_V3_RBAC.self, own)
            return HTTPFilterPlan(kind: .accessRules, access: try access(rules, own))
        case "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit":
            let limit = try config.decoded(
                Envoy_Extensions_Filters_Http_LocalRatelimit_V3_LocalRateLimit.self, own)
            return HTTPFilterPlan(kind: .rateLimit, rateLimit: try rateLimit(limit, own))
        case "envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig":
            return HTTPFilterPlan(kind: .dynamicForwardProxy)
        case let name:
            if Self.isObserver(name: message.name, message: name) || message.isOptional || message.disabled {
                return nil
            }
            throw CompileError(path, "HTTP filter \"\(message.name)\" of type \(name) is not supported")
        }
    }

    func overrides(_ messages: [String: Google_Protobuf_Any], _ path: String) throws(CompileError)
        -> FlatArray<FilterOverride>
    {
        guard !messages.isEmpty else { return FlatArray() }
        var result: [FilterOverride] = []
        for (name, message) in messages.sorted(by: { $0.key < $1.key }) {
            if let override = try override(name, message, "\(path).typed_per_filter_config[\(name)]", false) {
                result.append(override)
            }
        }
        return arena.array(result)
    }

    private func override(
        _ name: String, _ message: Google_Protobuf_Any, _ path: String, _ isOptional: Bool
    ) throws(CompileError) -> FilterOverride? {
        var override = FilterOverride()
        override.name = arena.text(name)
        switch message.messageName {
        case "envoy.config.route.v3.FilterConfig":
            let wrapper = try message.decoded(Envoy_Config_Route_V3_FilterConfig.self, path)
            if wrapper.disabled {
                override.disabled = true
                return override
            }
            return try self.override(name, wrapper.config, path, wrapper.isOptional)
        case "envoy.extensions.filters.http.fault.v3.HTTPFault":
            override.fault = try fault(
                message.decoded(Envoy_Extensions_Filters_Http_Fault_V3_HTTPFault.self, path), path)
        case "envoy.extensions.filters.http.cors.v3.CorsPolicy":
            override.cors = try cors(
                message.decoded(Envoy_Extensions_Filters_Http_Cors_V3_CorsPolicy.self, path), path)
        case "envoy.extensions.filters.http.rbac.v3.RBACPerRoute":
            let rules = try message.decoded(Envoy_Extensions_Filters_Http_Rbac_V3_RBACPerRoute.self, path)
            override.replacesAccess = true
            if rules.hasRbac { override.access = try access(rules.rbac, "\(path).rbac") }
        case "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit":
            let limit = try message.decoded(
                Envoy_Extensions_Filters_Http_LocalRatelimit_V3_LocalRateLimit.self, path)
            override.rateLimit = try rateLimit(limit, path)
        case let type:
            if isOptional || Self.isObserver(name: name, message: type) { return nil }
            throw CompileError(path, "settings of type \(type) are not supported")
        }
        return override
    }

    func access(_ message: Envoy_Extensions_Filters_Http_Rbac_V3_RBAC, _ path: String) throws(CompileError)
        -> FlatArray<AccessRules>
    {
        var compiler = AccessRulesCompiler(arena: arena)
        do {
            return arena.single(
                try compiler.rules(
                    message.hasRules ? message.rules : nil, shadow: message.hasShadowRules ? message.shadowRules : nil))
        } catch {
            throw error.under(path)
        }
    }

    func fault(_ message: Envoy_Extensions_Filters_Http_Fault_V3_HTTPFault, _ path: String) throws(CompileError)
        -> FlatArray<FaultPlan>
    {
        if message.hasResponseRateLimit { throw .unsupported("\(path).response_rate_limit") }
        if !message.downstreamNodes.isEmpty { throw .unsupported("\(path).downstream_nodes") }
        var plan = FaultPlan()
        if message.hasDelay {
            guard case .fixedDelay(let delay) = message.delay.faultDelaySecifier else {
                throw .unsupported("\(path).delay.header_delay")
            }
            plan.delayMilliseconds = delay.milliseconds
            plan.delayPerMillion = message.delay.percentage.perMillion
        }
        if message.hasAbort {
            switch message.abort.errorType {
            case .httpStatus(let status): plan.abortStatus = UInt16(clamping: status)
            case .grpcStatus(let status): plan.abortGRPCStatus = status
            case .headerAbort, nil: throw .unsupported("\(path).abort.header_abort")
            }
            plan.abortPerMillion = message.abort.percentage.perMillion
        }
        if !message.abort.responseBody.isEmpty { throw .unsupported("\(path).abort.response_body") }
        guard plan.delayPerMillion > 0 || plan.abortPerMillion > 0 else { return FlatArray() }
        if message.hasMaxActiveFaults { plan.maximumActive = message.maxActiveFaults.value }
        plan.headers = try MatcherCompiler(arena: arena).headers(message.headers, "\(path).headers")
        plan.upstreamCluster = arena.text(message.upstreamCluster)
        return arena.single(plan)
    }

    func cors(_ message: Envoy_Extensions_Filters_Http_Cors_V3_CorsPolicy, _ path: String) throws(CompileError)
        -> FlatArray<CORSPlan>
    {
        if message.allowPrivateNetworkAccess.value { throw .unsupported("\(path).allow_private_network_access") }
        var plan = CORSPlan()
        var origins: [StringMatcher] = []
        for (index, origin) in message.allowOriginStringMatch.enumerated() {
            origins.append(
                try MatcherCompiler(arena: arena).string(origin, "\(path).allow_origin_string_match[\(index)]"))
        }
        plan.origins = arena.array(origins)
        plan.allowMethods = arena.text(message.allowMethods)
        plan.allowHeaders = arena.text(message.allowHeaders)
        plan.exposeHeaders = arena.text(message.exposeHeaders)
        plan.maximumAge = arena.text(message.maxAge)
        plan.allowsCredentials = message.allowCredentials.value
        if message.hasForwardNotMatchingPreflights {
            plan.forwardsUnmatchedPreflights = message.forwardNotMatchingPreflights.value
        }
        if message.hasFilterEnabled { plan.enabledPerMillion = message.filterEnabled.defaultValue.perMillion }
        return arena.single(plan)
    }

    func rateLimit(
        _ message: Envoy_Extensions_Filters_Http_LocalRatelimit_V3_LocalRateLimit, _ path: String
    ) throws(CompileError) -> FlatArray<RateLimitPlan> {
        if !message.descriptors.isEmpty { throw .unsupported("\(path).descriptors") }
        if message.hasLocalClusterRateLimit { throw .unsupported("\(path).local_cluster_rate_limit") }
        if !message.rateLimits.isEmpty { throw .unsupported("\(path).rate_limits") }
        if message.localRateLimitPerDownstreamConnection {
            throw .unsupported("\(path).local_rate_limit_per_downstream_connection")
        }
        if message.enableXRatelimitHeaders != .off { throw .unsupported("\(path).enable_x_ratelimit_headers") }
        if message.enableRetryAfterHeader { throw .unsupported("\(path).enable_retry_after_header") }
        guard message.hasTokenBucket else { return FlatArray() }
        var plan = try Self.bucket(message.tokenBucket, "\(path).token_bucket")
        plan.isResourceExhausted = message.rateLimitedAsResourceExhausted
        let headers = HeaderMutationCompiler(arena: arena)
        plan.responseHeaders = try headers.mutations(
            add: message.responseHeadersToAdd, remove: [], "\(path).response_headers")
        plan.requestHeaders = try headers.mutations(
            add: message.requestHeadersToAddWhenNotEnforced, remove: [], "\(path).request_headers_when_not_enforced")
        plan.enabledPerMillion = message.hasFilterEnabled ? message.filterEnabled.defaultValue.perMillion : 0
        plan.enforcedPerMillion = message.hasFilterEnforced ? message.filterEnforced.defaultValue.perMillion : 0
        if message.hasStatus, message.status.code.rawValue >= 400 {
            plan.status = UInt16(clamping: message.status.code.rawValue)
        }
        return arena.single(plan)
    }

    static func bucket(_ message: Envoy_Type_V3_TokenBucket, _ path: String) throws(CompileError) -> RateLimitPlan {
        guard message.fillInterval.milliseconds >= 50 else {
            throw CompileError(
                "\(path).fill_interval", "local rate limit token bucket fill timer must be >= 50ms")
        }
        var plan = RateLimitPlan()
        plan.maximumTokens = message.maxTokens
        if message.hasTokensPerFill { plan.tokensPerFill = message.tokensPerFill.value }
        plan.fillMilliseconds = message.fillInterval.milliseconds
        return plan
    }
}
