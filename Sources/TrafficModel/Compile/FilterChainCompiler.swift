internal import EnvoyAPI
internal import SwiftProtobuf

/// `FilterChain` to ``FilterChainPlan``.
struct FilterChainCompiler {
    let arena: Arena

    func compile(_ message: Envoy_Config_Listener_V3_FilterChain) throws(CompileError) -> FilterChainPlan {
        var plan = FilterChainPlan()
        plan.name = arena.text(message.name)
        plan.criteria = try within("filter_chain_match") { () throws(CompileError) in
            try criteria(message.filterChainMatch)
        }
        if message.hasTransportSocket {
            plan.downstreamTLS = try within("transport_socket") { () throws(CompileError) in
                try downstreamTLS(message.transportSocket)
            }
        }
        plan.transportTimeoutMilliseconds = message.transportSocketConnectTimeout.milliseconds
        var access: [AccessRules] = []
        for (index, filter) in message.filters.enumerated() {
            try within("filters[\(index)]") { () throws(CompileError) in
                guard case .typedConfig(let config) = filter.configType else {
                    if FilterCompiler.isObserver(name: filter.name, message: "") { return }
                    throw .unsupported("config_discovery")
                }
                if !plan.manager.isEmpty || !plan.tcpProxy.isEmpty {
                    throw CompileError("", "a filter follows the terminal filter")
                }
                try add(filter.name, config, &plan, &access)
            }
        }
        plan.accessRules = arena.array(access)
        return plan
    }

    private func criteria(_ message: Envoy_Config_Listener_V3_FilterChainMatch) throws(CompileError)
        -> FilterChainCriteria
    {
        if !message.addressSuffix.isEmpty { throw .unsupported("address_suffix") }
        var criteria = FilterChainCriteria()
        if message.hasDestinationPort {
            criteria.destinationPort = UInt16(truncatingIfNeeded: message.destinationPort.value)
        }
        criteria.destinations = try ranges(message.prefixRanges, "prefix_ranges")
        criteria.directSources = try ranges(message.directSourcePrefixRanges, "direct_source_prefix_ranges")
        criteria.sources = try ranges(message.sourcePrefixRanges, "source_prefix_ranges")
        criteria.sourcePorts = arena.array(message.sourcePorts.map { UInt16(truncatingIfNeeded: $0) })
        for (index, name) in message.serverNames.enumerated()
        where name.contains("*") && !(name.hasPrefix("*.") && !name.dropFirst().contains("*")) {
            throw CompileError(
                "server_names[\(index)]", "partial wildcards are not supported in \"server_names\": \(name)")
        }
        criteria.serverNames = arena.array(message.serverNames.map(arena.text))
        criteria.transportProtocol = arena.text(message.transportProtocol)
        criteria.applicationProtocols = arena.array(message.applicationProtocols.map(arena.text))
        criteria.sourceType =
            switch message.sourceType {
            case .any, .UNRECOGNIZED: .any
            case .sameIpOrLoopback: .sameAddressOrLoopback
            case .external: .external
            }
        return criteria
    }

    private func ranges(_ messages: [Envoy_Config_Core_V3_CidrRange], _ path: String) throws(CompileError)
        -> FlatArray<AddressRange>
    {
        var ranges: [AddressRange] = []
        for (index, message) in messages.enumerated() { ranges.append(try message.range("\(path)[\(index)]")) }
        return arena.array(ranges)
    }

    private func downstreamTLS(_ socket: Envoy_Config_Core_V3_TransportSocket) throws(CompileError)
        -> FlatArray<DownstreamTLSPlan>
    {
        switch socket.typedConfig.messageName {
        case "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer": return FlatArray()
        case "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext":
            let context = try socket.typedConfig.decoded(
                Envoy_Extensions_TransportSockets_Tls_V3_DownstreamTlsContext.self, "typed_config")
            var plan = DownstreamTLSPlan()
            plan.common = try TLSCompiler(arena: arena).common(context.commonTlsContext, "common_tls_context")
            plan.requiresClientCertificate = context.requireClientCertificate.value
            if context.requireSni.value { throw .unsupported("typed_config.require_sni") }
            switch context.sessionTicketKeysType {
            case .disableStatelessSessionResumption(let isDisabled):
                if isDisabled { plan.common.maximumSessions = 0 }
            case .sessionTicketKeys: throw .unsupported("typed_config.session_ticket_keys")
            case .sessionTicketKeysSdsSecretConfig:
                throw .unsupported("typed_config.session_ticket_keys_sds_secret_config")
            case nil: break
            }
            if context.hasSessionTimeout { throw .unsupported("typed_config.session_timeout") }
            if context.ocspStaplePolicy != .lenientStapling { throw .unsupported("typed_config.ocsp_staple_policy") }
            if context.preferClientCiphers { throw .unsupported("typed_config.prefer_client_ciphers") }
            return arena.single(plan)
        case let type: throw CompileError("typed_config", "\(type) is not supported")
        }
    }

    private func add(
        _ name: String, _ config: Google_Protobuf_Any, _ plan: inout FilterChainPlan, _ access: inout [AccessRules]
    ) throws(CompileError) {
        let path = "typed_config"
        switch config.messageName {
        case "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager":
            let message = try config.decoded(
                Envoy_Extensions_Filters_Network_HttpConnectionManager_V3_HttpConnectionManager.self, path)
            plan.manager = try within(path) { () throws(CompileError) in
                arena.single(try ConnectionManagerCompiler(arena: arena).compile(message))
            }
        case "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy":
            let message = try config.decoded(Envoy_Extensions_Filters_Network_TcpProxy_V3_TcpProxy.self, path)
            plan.tcpProxy = try within(path) { () throws(CompileError) in
                arena.single(try TCPProxyCompiler(arena: arena).compile(message))
            }
        case "envoy.extensions.filters.network.rbac.v3.RBAC":
            let message = try config.decoded(Envoy_Extensions_Filters_Network_Rbac_V3_RBAC.self, path)
            if message.hasDelayDeny { throw .unsupported("\(path).delay_deny") }
            var compiler = AccessRulesCompiler(arena: arena)
            do {
                access.append(
                    try compiler.rules(
                        message.hasRules ? message.rules : nil,
                        shadow: message.hasShadowRules ? message.shadowRules : nil))
            } catch {
                throw error.under(path)
            }
        case "envoy.extensions.filters.network.ext_authz.v3.ExtAuthz":
            // The external service isn't asked: what is selected for it is refused.
            guard let selection = access.last, selection.hasShadowRules else {
                throw CompileError(path, "external authorization without rules that select connections for it is not supported")
            }
            var refusal = AccessRules()
            refusal.hasRules = true
            refusal.action = .deny
            refusal.policies = selection.shadowPolicies
            access.append(refusal)
        case "envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit":
            let message = try config.decoded(
                Envoy_Extensions_Filters_Network_LocalRatelimit_V3_LocalRateLimit.self, path)
            if message.hasRuntimeEnabled, message.runtimeEnabled.hasDefaultValue,
                !message.runtimeEnabled.defaultValue.value
            {
                return
            }
            if !message.shareKey.isEmpty { throw .unsupported("\(path).share_key") }
            plan.rateLimit = arena.single(try FilterCompiler.bucket(message.tokenBucket, "\(path).token_bucket"))
        case "envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig":
            let message = try config.decoded(
                Envoy_Extensions_Filters_Network_SniDynamicForwardProxy_V3_FilterConfig.self, path)
            let port = message.portValue == 0 ? 443 : message.portValue
            plan.dynamicForwardPort = UInt16(truncatingIfNeeded: port)
        case "envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy":
            let message = try config.decoded(Envoy_Extensions_Filters_Network_MongoProxy_V3_MongoProxy.self, path)
            // Without a fault it only counts what goes by.
            if message.hasDelay { throw .unsupported("\(path).delay") }
        case let type:
            if FilterCompiler.isObserver(name: name, message: type) { return }
            throw CompileError("", "network filter \"\(name)\" of type \(type) is not supported")
        }
    }
}

/// `TcpProxy` to ``TCPProxyPlan``.
struct TCPProxyCompiler {
    let arena: Arena

    func compile(_ message: Envoy_Extensions_Filters_Network_TcpProxy_V3_TcpProxy) throws(CompileError)
        -> TCPProxyPlan
    {
        if message.hasOnDemand { throw .unsupported("on_demand") }
        if message.upstreamConnectMode != .immediate { throw .unsupported("upstream_connect_mode") }
        if message.hasMetadataMatch { throw .unsupported("metadata_match") }
        if message.hasDownstreamIdleTimeout { throw .unsupported("downstream_idle_timeout") }
        if message.hasUpstreamIdleTimeout { throw .unsupported("upstream_idle_timeout") }
        if message.hasMaxDownstreamConnectionDurationJitterPercentage {
            throw .unsupported("max_downstream_connection_duration_jitter_percentage")
        }
        if case .weightedClusters(let weighted) = message.clusterSpecifier,
            let index = weighted.clusters.firstIndex(where: { $0.hasMetadataMatch })
        {
            throw .unsupported("weighted_clusters.clusters[\(index)].metadata_match")
        }
        if message.hasBackoffOptions { throw .unsupported("backoff_options") }
        var plan = TCPProxyPlan()
        plan.statPrefix = arena.text(message.statPrefix)
        switch message.clusterSpecifier {
        case .cluster(let name): plan.clusters = arena.single(WeightedTarget(cluster: arena.reference(name)))
        case .weightedClusters(let weighted):
            let targets = weighted.clusters.map {
                WeightedTarget(cluster: arena.reference($0.name), weight: $0.weight)
            }
            plan.clusters = arena.array(targets)
            plan.totalWeight = targets.reduce(0) { $0 + UInt64($1.weight) }
            guard plan.totalWeight > 0 else { throw CompileError("weighted_clusters", "Sum of weights must be greater than 0") }
        case nil: throw CompileError("cluster_specifier", "none is set, or one that is not supported")
        }
        if message.hasIdleTimeout { plan.idleTimeoutMilliseconds = Arena.limit(message.idleTimeout) }
        plan.maximumDurationMilliseconds = Arena.limit(message.maxDownstreamConnectionDuration)
        if message.hasMaxConnectAttempts { plan.maximumConnectAttempts = message.maxConnectAttempts.value }
        for (index, policy) in message.hashPolicy.enumerated() {
            guard case .sourceIp = policy.policySpecifier else { throw .unsupported("hash_policy[\(index)]") }
            plan.hashesSourceAddress = true
        }
        if message.hasTunnelingConfig {
            let tunnel = message.tunnelingConfig
            plan.tunnels = true
            if tunnel.hasRequestIDExtension { throw .unsupported("tunneling_config.request_id_extension") }
            if !tunnel.formatters.isEmpty { throw .unsupported("tunneling_config.formatters") }
            if tunnel.usePost { throw .unsupported("tunneling_config.use_post") }
            if tunnel.propagateResponseTrailers {
                throw .unsupported("tunneling_config.propagate_response_trailers")
            }
            if tunnel.propagateResponseHeaders { throw .unsupported("tunneling_config.propagate_response_headers") }
            let headers = HeaderMutationCompiler(arena: arena)
            plan.tunnelAuthority = try headers.template(tunnel.hostname, "tunneling_config.hostname")
            plan.tunnelHeaders = try headers.mutations(add: tunnel.headersToAdd, remove: [], "tunneling_config.headers")
        }
        return plan
    }
}
