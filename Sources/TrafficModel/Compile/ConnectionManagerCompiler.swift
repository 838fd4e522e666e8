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
        try refuseUnsupported(message)
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
        plan.suppressesEnvoyHeaders = plan.filters.last?.suppressesEnvoyHeaders ?? false
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

    /// Fields that would change what is sent and aren't done here.
    private func refuseUnsupported(_ message: Message) throws(CompileError) {
        let common = message.commonHTTPProtocolOptions
        let http1 = message.httpProtocolOptions
        let limit = message.maxRequestHeadersKb.value
        let unsupported: [(Bool, String)] = [
            (message.addUserAgent.value, "add_user_agent"),
            (message.hasInternalAddressConfig && message.internalAddressConfig != .init(), "internal_address_config"),
            (message.representIpv4RemoteAddressAsIpv4MappedIpv6, "represent_ipv4_remote_address_as_ipv4_mapped_ipv6"),
            (message.hasForwardProtoConfig, "forward_proto_config"),
            (message.streamErrorOnInvalidHTTPMessage.value, "stream_error_on_invalid_http_message"),
            (common.hasMaxConnectionDurationJitter, "common_http_protocol_options.max_connection_duration_jitter"),
            (common.hasMaxResponseHeadersKb, "common_http_protocol_options.max_response_headers_kb"),
            (common.maxHeadersCount.value > 100, "common_http_protocol_options.max_headers_count: more than 100"),
            (limit > 60, "max_request_headers_kb: more than 60"),
            (http1.hasAllowAbsoluteURL && !http1.allowAbsoluteURL.value, "http_protocol_options.allow_absolute_url: false"),
            (!http1.defaultHostForHTTP10.isEmpty, "http_protocol_options.default_host_for_http_10"),
            (http1.hasHeaderKeyFormat, "http_protocol_options.header_key_format"),
            (http1.allowChunkedLength, "http_protocol_options.allow_chunked_length"),
            (http1.sendFullyQualifiedURL, "http_protocol_options.send_fully_qualified_url"),
            (http1.allowCustomMethods, "http_protocol_options.allow_custom_methods"),
            (!http1.ignoreHTTP11Upgrade.isEmpty, "http_protocol_options.ignore_http_11_upgrade"),
        ]
        for (isSet, field) in unsupported where isSet { throw .unsupported(field) }
        if message.hasRequestIDExtension,
            message.requestIDExtension.typedConfig.messageName
                != "envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig"
        {
            throw .unsupported("request_id_extension")
        }
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
        plan.returnsRequestID = message.alwaysSetRequestIDInResponse
        plan.forwardsClientCertificate = message.forwardClientCertDetails == .alwaysForwardOnly
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
