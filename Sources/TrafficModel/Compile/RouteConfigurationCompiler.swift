internal import EnvoyAPI
internal import SwiftProtobuf

/// `RouteConfiguration` to ``RouteConfigurationPlan``.
struct RouteConfigurationCompiler {
    let arena: Arena

    func compile(_ message: Envoy_Config_Route_V3_RouteConfiguration) throws(CompileError) -> RouteConfigurationPlan {
        if message.hasVhds { throw .unsupported("vhds") }
        if !message.clusterSpecifierPlugins.isEmpty { throw .unsupported("cluster_specifier_plugins") }
        if !message.internalOnlyHeaders.isEmpty { throw .unsupported("internal_only_headers") }
        if !message.vhostHeader.isEmpty { throw .unsupported("vhost_header") }
        if message.ignorePathParametersInPathMatching { throw .unsupported("ignore_path_parameters_in_path_matching") }
        if !message.routeSpecifiers.isEmpty { throw .unsupported("route_specifiers") }
        let headers = HeaderMutationCompiler(arena: arena)
        let routes = RouteCompiler(arena: arena)
        var plan = RouteConfigurationPlan()
        plan.name = arena.text(message.name)
        plan.ignoresPort = message.ignorePortInHostMatching
        plan.mostSpecificHeadersWin = message.mostSpecificHeaderMutationsWins
        plan.requestHeaders = try headers.mutations(
            add: message.requestHeadersToAdd, remove: message.requestHeadersToRemove, "request_headers")
        plan.responseHeaders = try headers.mutations(
            add: message.responseHeadersToAdd, remove: message.responseHeadersToRemove, "response_headers")
        plan.overrides = try FilterCompiler(arena: arena).overrides(message.typedPerFilterConfig, "")
        plan.mirrors = try routes.mirrors(message.requestMirrorPolicies, "request_mirror_policies")
        plan.domains = try DomainTable(message.virtualHosts.map(\.domains), in: arena)
        var hosts: [VirtualHostPlan] = []
        hosts.reserveCapacity(message.virtualHosts.count)
        for (index, host) in message.virtualHosts.enumerated() {
            hosts.append(
                try within("virtual_hosts[\(index)]") { () throws(CompileError) in try virtualHost(host, routes) })
        }
        plan.virtualHosts = arena.array(hosts)
        return plan
    }

    private func virtualHost(_ message: Envoy_Config_Route_V3_VirtualHost, _ compiler: RouteCompiler)
        throws(CompileError) -> VirtualHostPlan
    {
        if message.hasHedgePolicy { throw .unsupported("hedge_policy") }
        if message.hasRetryPolicyTypedConfig { throw .unsupported("retry_policy_typed_config") }
        if !message.routeSpecifiers.isEmpty { throw .unsupported("route_specifiers") }
        if message.includeIsTimeoutRetryHeader { throw .unsupported("include_is_timeout_retry_header") }
        if message.domains.isEmpty { throw CompileError("domains", "must not be empty") }
        let headers = HeaderMutationCompiler(arena: arena)
        var plan = VirtualHostPlan()
        plan.name = arena.text(message.name)
        switch message.requireTls {
        case .none: break
        case .all: plan.requiresTLS = .all
        case .externalOnly, .UNRECOGNIZED: throw .unsupported("require_tls")
        }
        plan.requestHeaders = try headers.mutations(
            add: message.requestHeadersToAdd, remove: message.requestHeadersToRemove, "request_headers")
        plan.responseHeaders = try headers.mutations(
            add: message.responseHeadersToAdd, remove: message.responseHeadersToRemove, "response_headers")
        plan.overrides = try FilterCompiler(arena: arena).overrides(message.typedPerFilterConfig, "")
        if message.hasRetryPolicy { plan.retry = try compiler.retry(message.retryPolicy, "retry_policy") }
        plan.mirrors = try compiler.mirrors(message.requestMirrorPolicies, "request_mirror_policies")
        plan.includesAttemptCount = message.includeRequestAttemptCount
        plan.includesAttemptCountInResponse = message.includeAttemptCountInResponse
        let ownLimit =
            message.hasRequestBodyBufferLimit ? Int(clamping: message.requestBodyBufferLimit.value) : nil
        var matchers: [RouteMatcher] = []
        var routes: [RoutePlan] = []
        for (index, route) in message.routes.enumerated() {
            let (matcher, compiled) = try within("routes[\(index)]") { () throws(CompileError) in
                try compiler.compile(route)
            }
            var plan = compiled
            if plan.bufferLimit == nil { plan.bufferLimit = ownLimit }
            matchers.append(matcher)
            routes.append(plan)
        }
        plan.matchers = arena.array(matchers)
        plan.routes = arena.array(routes)
        return plan
    }
}
