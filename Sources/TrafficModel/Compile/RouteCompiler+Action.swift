internal import EnvoyAPI
internal import SwiftProtobuf

extension RouteCompiler {
    func action(_ message: Envoy_Config_Route_V3_RouteAction, _ plan: inout RoutePlan) throws(CompileError) {
        if message.hasPathRewritePolicy { throw .unsupported("path_rewrite_policy") }
        if message.hasInternalRedirectPolicy { throw .unsupported("internal_redirect_policy") }
        if message.hasHedgePolicy { throw .unsupported("hedge_policy") }
        if message.hasRetryPolicyTypedConfig { throw .unsupported("retry_policy_typed_config") }
        if message.hasMetadataMatch, !message.metadataMatch.filterMetadata.isEmpty { throw .unsupported("metadata_match") }
        if message.hasFlushTimeout { throw .unsupported("flush_timeout") }
        try clusters(message, &plan)
        try pathRewrite(message, &plan)
        try hostRewrite(message, &plan)
        plan.appendsForwardedHost = message.appendXForwardedHost
        if message.hasTimeout { plan.timeoutMilliseconds = Arena.limit(message.timeout) }
        if message.hasIdleTimeout { plan.idleTimeoutMilliseconds = message.idleTimeout.milliseconds }
        if message.hasMaxGrpcTimeout {
            plan.maximumGRPCTimeoutMilliseconds = message.maxGrpcTimeout.milliseconds
        }
        if message.hasMaxStreamDuration {
            let limits = message.maxStreamDuration
            plan.replacesTimeoutByDuration = true
            if limits.hasGrpcTimeoutHeaderOffset { throw .unsupported("max_stream_duration.grpc_timeout_header_offset") }
            if limits.hasMaxStreamDuration { plan.maximumStreamMilliseconds = limits.maxStreamDuration.milliseconds }
            if limits.hasGrpcTimeoutHeaderMax {
                plan.maximumGRPCTimeoutMilliseconds = limits.grpcTimeoutHeaderMax.milliseconds
            }
        }
        if message.hasRetryPolicy { plan.retry = try retry(message.retryPolicy, "retry_policy") }
        plan.hashPolicies = try hashPolicies(message.hashPolicy)
        plan.mirrors = try mirrors(message.requestMirrorPolicies, "request_mirror_policies")
        plan.highPriority = message.priority == .high
        var upgrades: [UpgradePlan] = []
        for (index, upgrade) in message.upgradeConfigs.enumerated() {
            var own = UpgradePlan()
            own.type = arena.text(upgrade.upgradeType)
            own.enabled = !upgrade.hasEnabled || upgrade.enabled.value
            own.terminatesConnect = upgrade.hasConnectConfig
            if upgrade.connectConfig.hasProxyProtocolConfig {
                throw .unsupported("upgrade_configs[\(index)].connect_config.proxy_protocol_config")
            }
            if upgrade.connectConfig.allowPost { throw .unsupported("upgrade_configs[\(index)].connect_config.allow_post") }
            upgrades.append(own)
        }
        plan.upgrades = arena.array(upgrades)
    }

    private func clusters(_ message: Envoy_Config_Route_V3_RouteAction, _ plan: inout RoutePlan) throws(CompileError) {
        switch message.clusterNotFoundResponseCode {
        case .serviceUnavailable: plan.clusterNotFoundStatus = 503
        case .notFound: plan.clusterNotFoundStatus = 404
        case .internalServerError: plan.clusterNotFoundStatus = 500
        case .UNRECOGNIZED: throw .unsupported("cluster_not_found_response_code")
        }
        switch message.clusterSpecifier {
        case .cluster(let name):
            plan.clusters = arena.single(WeightedTarget(cluster: arena.reference(name)))
        case .clusterHeader(let name):
            plan.selection = .header
            plan.clusterHeader = arena.text(name.lowercased())
        case .weightedClusters(let weighted):
            plan.selection = .weighted
            if case .headerName = weighted.randomValueSpecifier { throw .unsupported("weighted_clusters.header_name") }
            if case .useHashPolicy = weighted.randomValueSpecifier {
                throw .unsupported("weighted_clusters.use_hash_policy")
            }
            (plan.clusters, plan.totalWeight) = try self.weighted(weighted.clusters)
        case .clusterSpecifierPlugin: throw .unsupported("cluster_specifier_plugin")
        case .inlineClusterSpecifierPlugin: throw .unsupported("inline_cluster_specifier_plugin")
        case nil: throw CompileError("cluster_specifier", "none is set, or one that is not supported")
        }
    }

    private func weighted(_ messages: [Envoy_Config_Route_V3_WeightedCluster.ClusterWeight]) throws(CompileError)
        -> (FlatArray<WeightedTarget>, UInt64)
    {
        let headers = HeaderMutationCompiler(arena: arena)
        var targets: [WeightedTarget] = []
        var total: UInt64 = 0
        for (index, message) in messages.enumerated() {
            let path = "weighted_clusters.clusters[\(index)]"
            if !message.clusterHeader.isEmpty { throw .unsupported("\(path).cluster_header") }
            if message.hasMetadataMatch, !message.metadataMatch.filterMetadata.isEmpty {
                throw .unsupported("\(path).metadata_match")
            }
            var target = WeightedTarget(cluster: arena.reference(message.name), weight: message.weight.value)
            target.hostRewrite = arena.text(message.hostRewriteLiteral)
            target.requestHeaders = try headers.mutations(
                add: message.requestHeadersToAdd, remove: message.requestHeadersToRemove, "\(path).request_headers")
            target.responseHeaders = try headers.mutations(
                add: message.responseHeadersToAdd, remove: message.responseHeadersToRemove, "\(path).response_headers")
            target.overrides = try FilterCompiler(arena: arena).overrides(message.typedPerFilterConfig, path)
            total += UInt64(target.weight)
            targets.append(target)
        }
        guard total > 0 else { throw CompileError("weighted_clusters", "Sum of weights must be greater than 0") }
        return (arena.array(targets), total)
    }

    private func pathRewrite(_ message: Envoy_Config_Route_V3_RouteAction, _ plan: inout RoutePlan)
        throws(CompileError)
    {
        if message.hasRegexRewrite {
            if !message.prefixRewrite.isEmpty {
                throw CompileError("prefix_rewrite", "Cannot specify both prefix_rewrite and regex_rewrite")
            }
            plan.pathRewrite = .regex
            plan.pathRegex = try MatcherCompiler(arena: arena).rewrite(message.regexRewrite, "regex_rewrite")
        } else if !message.prefixRewrite.isEmpty {
            plan.pathRewrite = .prefix
            plan.pathText = arena.text(message.prefixRewrite)
        } else if !message.pathRewrite.isEmpty {
            plan.pathRewrite = .template
            plan.pathTemplate = try HeaderMutationCompiler(arena: arena).template(message.pathRewrite, "path_rewrite")
        }
    }

    private func hostRewrite(_ message: Envoy_Config_Route_V3_RouteAction, _ plan: inout RoutePlan)
        throws(CompileError)
    {
        switch message.hostRewriteSpecifier {
        case .hostRewriteLiteral(let text):
            plan.hostRewrite = .literal
            plan.hostText = arena.text(text)
        case .autoHostRewrite(let on): if on.value { plan.hostRewrite = .automatic }
        case .hostRewriteHeader(let name):
            plan.hostRewrite = .header
            plan.hostText = arena.text(name.lowercased())
        case .hostRewritePathRegex(let rewrite):
            plan.hostRewrite = .pathRegex
            plan.hostRegex = try MatcherCompiler(arena: arena).rewrite(rewrite, "host_rewrite_path_regex")
        case .hostRewrite: throw .unsupported("host_rewrite")
        case nil: break
        }
    }

    private func hashPolicies(_ messages: [Envoy_Config_Route_V3_RouteAction.HashPolicy]) throws(CompileError)
        -> FlatArray<HashPolicy>
    {
        var policies: [HashPolicy] = []
        for (index, message) in messages.enumerated() {
            let path = "hash_policy[\(index)]"
            var policy = HashPolicy()
            policy.terminal = message.terminal
            switch message.policySpecifier {
            case .header(let header):
                if header.hasRegexRewrite { throw .unsupported("\(path).header.regex_rewrite") }
                policy.name = arena.text(header.headerName.lowercased())
            case .cookie(let cookie):
                policy.kind = .cookie
                policy.name = arena.text(cookie.name)
                policy.cookiePath = arena.text(cookie.path)
                if cookie.hasTtl { policy.cookieLifetimeSeconds = cookie.ttl.seconds }
                var attributes = ""
                for attribute in cookie.attributes {
                    attributes += "; \(attribute.name)" + (attribute.value.isEmpty ? "" : "=\(attribute.value)")
                }
                policy.cookieAttributes = arena.text(attributes)
            case .connectionProperties(let properties):
                guard properties.sourceIp else { continue }
                policy.kind = .sourceAddress
            case .queryParameter(let parameter):
                policy.kind = .queryParameter
                policy.name = arena.text(parameter.name)
            case .filterState: throw .unsupported("\(path).filter_state")
            case nil: throw CompileError(path, "no policy, or one that is not supported")
            }
            policies.append(policy)
        }
        return arena.array(policies)
    }
}
