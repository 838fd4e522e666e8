internal import EnvoyAPI
internal import SwiftProtobuf

/// One `Route` to its matcher and plan.
struct RouteCompiler {
    let arena: Arena

    func compile(_ message: Envoy_Config_Route_V3_Route) throws(CompileError) -> (RouteMatcher, RoutePlan) {
        if !message.routeSpecifiers.isEmpty { throw .unsupported("route_specifiers") }
        let headers = HeaderMutationCompiler(arena: arena)
        let matcher = try within("match") { () throws(CompileError) in try self.matcher(message.match) }
        var plan = RoutePlan()
        plan.name = arena.text(message.name)
        plan.requestHeaders = try headers.mutations(
            add: message.requestHeadersToAdd, remove: message.requestHeadersToRemove, "request_headers")
        plan.responseHeaders = try headers.mutations(
            add: message.responseHeadersToAdd, remove: message.responseHeadersToRemove, "response_headers")
        plan.overrides = try FilterCompiler(arena: arena).overrides(message.typedPerFilterConfig, "")
        if message.hasRequestBodyBufferLimit { plan.bufferLimit = Int(clamping: message.requestBodyBufferLimit.value) }
        switch message.action {
        case .route(let action):
            try within("route") { () throws(CompileError) in try self.action(action, &plan) }
        case .redirect(let redirect):
            plan.action = .redirect
            plan.redirect = try within("redirect") { () throws(CompileError) in
                arena.single(try self.redirect(redirect))
            }
        case .directResponse(let response):
            plan.action = .directResponse
            plan.responseStatus = UInt16(clamping: response.status)
            if response.hasBodyFormat { throw .unsupported("direct_response.body_format") }
            plan.responseBody = try body(response.body, "direct_response.body")
        case .nonForwardingAction: plan.action = .none
        case .filterAction: throw .unsupported("filter_action")
        case nil: throw CompileError("action", "none is set, or one that is not supported")
        }
        return (matcher, plan)
    }

    private func body(_ source: Envoy_Config_Core_V3_DataSource, _ path: String) throws(CompileError) -> FlatText {
        switch source.specifier {
        case .inlineString(let text): return arena.text(text)
        case .inlineBytes(let data): return arena.text([UInt8](data))
        case .filename: throw .unsupported("\(path).filename")
        case .environmentVariable: throw .unsupported("\(path).environment_variable")
        case nil: return FlatText()
        }
    }

    private func matcher(_ message: Envoy_Config_Route_V3_RouteMatch) throws(CompileError) -> RouteMatcher {
        let matchers = MatcherCompiler(arena: arena)
        if !message.dynamicMetadata.isEmpty { throw .unsupported("dynamic_metadata") }
        if !message.filterState.isEmpty { throw .unsupported("filter_state") }
        if !message.cookies.isEmpty { throw .unsupported("cookies") }
        if message.hasTlsContext { throw .unsupported("tls_context") }
        var matcher = RouteMatcher()
        matcher.ignoresCase = message.hasCaseSensitive && !message.caseSensitive.value
        switch message.pathSpecifier {
        case .prefix(let text): matcher.pathText = arena.text(text)
        case .path(let text):
            matcher.path = .exact
            matcher.pathText = arena.text(text)
        case .pathSeparatedPrefix(let text):
            matcher.path = .separatedPrefix
            matcher.pathText = arena.text(text)
        case .safeRegex(let regex):
            matcher.path = .regex
            matcher.regex = try matchers.regex(regex, "safe_regex")
        case .connectMatcher: matcher.path = .connect
        case .pathMatchPolicy: throw .unsupported("path_match_policy")
        case nil: throw CompileError("path_specifier", "none is set, or one that is not supported")
        }
        matcher.headers = try matchers.headers(message.headers, "headers")
        matcher.parameters = try matchers.parameters(message.queryParameters, "query_parameters")
        matcher.grpc = message.hasGrpc
        if message.hasRuntimeFraction { matcher.perMillion = message.runtimeFraction.defaultValue.perMillion }
        return matcher
    }

    private func redirect(_ message: Envoy_Config_Route_V3_RedirectAction) throws(CompileError) -> RedirectPlan {
        var plan = RedirectPlan()
        switch message.responseCode {
        case .movedPermanently: plan.status = 301
        case .found: plan.status = 302
        case .seeOther: plan.status = 303
        case .temporaryRedirect: plan.status = 307
        case .permanentRedirect: plan.status = 308
        case .UNRECOGNIZED: throw .unsupported("response_code")
        }
        switch message.schemeRewriteSpecifier {
        case .httpsRedirect(let on): if on { plan.scheme = arena.text("https") }
        case .schemeRedirect(let scheme): plan.scheme = arena.text(scheme.lowercased())
        case nil: break
        }
        plan.host = arena.text(message.hostRedirect)
        plan.port = message.portRedirect
        plan.stripsQuery = message.stripQuery
        switch message.pathRewriteSpecifier {
        case .pathRedirect(let path):
            if !path.isEmpty {
                plan.path = .replace
                plan.pathText = arena.text(path)
            }
        case .prefixRewrite(let prefix):
            plan.path = .prefix
            plan.pathText = arena.text(prefix)
        case .regexRewrite(let rewrite):
            plan.path = .regex
            plan.regex = try MatcherCompiler(arena: arena).rewrite(rewrite, "regex_rewrite")
        case .pathRewrite: throw .unsupported("path_rewrite")
        case nil: break
        }
        return plan
    }

    func mirrors(
        _ messages: [Envoy_Config_Route_V3_RouteAction.RequestMirrorPolicy], _ path: String
    ) throws(CompileError) -> FlatArray<MirrorPlan> {
        var plans: [MirrorPlan] = []
        for (index, message) in messages.enumerated() {
            if !message.hostRewriteLiteral.isEmpty { throw .unsupported("\(path)[\(index)].host_rewrite_literal") }
            var plan = MirrorPlan()
            plan.cluster = arena.reference(message.cluster)
            plan.clusterHeader = arena.text(message.clusterHeader.lowercased())
            if message.hasRuntimeFraction { plan.perMillion = message.runtimeFraction.defaultValue.perMillion }
            plan.appendsShadowSuffix = !message.disableShadowHostSuffixAppend
            plans.append(plan)
        }
        return arena.array(plans)
    }
}
