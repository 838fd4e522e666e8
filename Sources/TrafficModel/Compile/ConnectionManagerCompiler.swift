internal import EnvoyAPI
internal import SwiftProtobuf

/// `HttpConnectionManager` to ``ConnectionManagerPlan``.
struct ConnectionManagerCompiler {
    typealias Message = Envoy_Extensions_Filters_Network_HttpConnectionManager_V3_HttpConnectionManager

    let arena: Arena

    func compile(_ message: Message) throws(CompileError) -> ConnectionManagerPlan {
        if !message.originalIpDetectionExtensions.isEmpty { throw .unsupported("original_ip_detection_extensions") }
        if !message.earlyHeaderMutationExtensions.isEmpty { throw .unsupported("early_header_mutation_extensions") }
        if message.hasLocalReplyConfig { throw .unsupported("local_reply_config") }
        if message.hasPathNormalizationOptions { throw .unsupported("path_normalization_options") }
        if message.hasSchemeHeaderTransformation { throw .unsupported("scheme_header_transformation") }
        if message.hasTypedHeaderValidationConfig { throw .unsupported("typed_header_validation_config") }
        if message.appendXForwardedPort { throw .unsupported("append_x_forwarded_port") }
        var plan = ConnectionManagerPlan()
        plan.statPrefix = arena.text(message.statPrefix)
        switch message.codecType {
        case .auto: plan.codec = .automatic
        case .http1: plan.codec = .http1
        case .http2: plan.codec = .http2
        case .http3, .UNRECOGNIZED: throw .unsupported("codec_type")
        }
        switch message.routeSpecifier {
        case .rds(let source):
            plan.routeConfigurationName = arena.text(source.routeConfigName)
            plan.routeConfigurationHash = ByteComparison.hash(plan.routeConfigurationName.buffer)
        case .routeConfig(let inline):
            plan.inlineRoutes = try within("route_config") { () throws(CompileError) in
                arena.single(try RouteConfigurationCompiler(arena: arena).compile(inline))
            }
            plan.routeConfigurationName = plan.inlineRoutes[0].name
        case nil: throw CompileError("route_specifier", "none is set, or one that is not supported")
        }
        plan.filters = try FilterCompiler(arena: arena).filters(message.httpFilters, "http_filters")
        try paths(message, &plan)
        headers(message, &plan)
        limits(message, &plan)
        var upgrades: [UpgradePlan] = []
        for (index, upgrade) in message.upgradeConfigs.enumerated() {
            if !upgrade.filters.isEmpty { throw .unsupported("upgrade_configs[\(index)].filters") }
            var own = UpgradePlan()
            own.type = arena.text(upgrade.upgradeType)
            own.enabled = !upgrade.hasEnabled || upgrade.enabled.value
            upgrades.append(own)
        }
        plan.upgrades = arena.array(upgrades)
        return plan
    }

    private func paths(_ message: Message, _ plan: inout ConnectionManagerPlan) throws(CompileError) {
        plan.normalizesPath = message.normalizePath.value
        plan.mergesSlashes = message.mergeSlashes
        switch message.pathWithEscapedSlashesAction {
        case .implementationSpecificDefault, .keepUnchanged: plan.escapedSlashes = .keep
        case .rejectRequest: plan.escapedSlashes = .reject
        case .unescapeAndRedirect: plan.escapedSlashes = .redirect
        case .unescapeAndForward: plan.escapedSlashes = .forward
        case .UNRECOGNIZED: throw .unsupported("path_with_escaped_slashes_action")
        }
        plan.stripsMatchingHostPort = message.stripMatchingHostPort
        if case .stripAnyHostPort(let on) = message.stripPortMode { plan.stripsAnyHostPort = on }
        plan.stripsTrailingHostDot = message.stripTrailingHostDot
    }

    private func headers(_ message: Message, _ plan: inout ConnectionManagerPlan) {
        plan.underscores =
            switch message.commonHTTPProtocolOptions.headersWithUnderscoresAction {
            case .allow, .UNRECOGNIZED: .allow
            case .rejectRequest: .reject
            case .dropHeader: .drop
            }
        plan.generatesRequestID = !message.hasGenerateRequestID || message.generateRequestID.value
        plan.preservesExternalRequestID = message.preserveExternalRequestID
        plan.usesRemoteAddress = message.useRemoteAddress.value
        plan.skipsForwardedForAppend = message.skipXffAppend
        plan.trustedHops = message.xffNumTrustedHops
        plan.proxiesContinue = message.proxy100Continue
        plan.serverName = arena.text(message.serverName.isEmpty ? "envoy" : message.serverName)
        plan.serverHeader =
            switch message.serverHeaderTransformation {
            case .overwrite, .UNRECOGNIZED: .overwrite
            case .appendIfAbsent: .appendIfAbsent
            case .passThrough: .passThrough
            }
        plan.via = arena.text(message.via)
        plan.acceptsHTTP10 = message.httpProtocolOptions.acceptHTTP10
    }

    private func limits(_ message: Message, _ plan: inout ConnectionManagerPlan) {
        if message.hasMaxRequestHeadersKb { plan.maximumHeadBytes = Int(message.maxRequestHeadersKb.value) * 1024 }
        let common = message.commonHTTPProtocolOptions
        if common.hasMaxHeadersCount { plan.maximumHeaders = Int(common.maxHeadersCount.value) }
        if common.hasMaxRequestsPerConnection { plan.maximumRequests = common.maxRequestsPerConnection.value }
        if common.hasIdleTimeout { plan.idleTimeoutMilliseconds = Arena.limit(common.idleTimeout) }
        plan.maximumDurationMilliseconds = Arena.limit(common.maxConnectionDuration)
        plan.maximumStreamMilliseconds = Arena.limit(common.maxStreamDuration)
        if message.hasStreamIdleTimeout {
            plan.streamIdleTimeoutMilliseconds = Arena.limit(message.streamIdleTimeout)
        }
        plan.requestTimeoutMilliseconds = Arena.limit(message.requestTimeout)
        plan.headTimeoutMilliseconds = Arena.limit(message.requestHeadersTimeout)
        if message.hasDrainTimeout { plan.drainMilliseconds = message.drainTimeout.milliseconds }
        if message.http2ProtocolOptions.hasMaxConcurrentStreams {
            plan.maximumConcurrentStreams = message.http2ProtocolOptions.maxConcurrentStreams.value
        }
    }
}
