internal import EnvoyAPI
internal import SwiftProtobuf

/// `Cluster` to ``ClusterPlan``.
struct ClusterCompiler {
    typealias Message = Envoy_Config_Cluster_V3_Cluster

    let arena: Arena

    func compile(_ message: Message) throws(CompileError) -> ClusterPlan {
        try refuseUnsupported(message)
        var plan = ClusterPlan()
        plan.name = arena.text(message.name)
        plan.service = service(message)
        try discovery(message, &plan)
        if message.hasLoadAssignment, plan.discovery != .endpointDiscovery {
            plan.endpoints = try within("load_assignment") { () throws(CompileError) in
                try EndpointCompiler(arena: arena).endpoints(message.loadAssignment, resolvesNames: plan.discovery != .fixed)
            }
        }
        if plan.discovery == .logicalDNS, plan.endpoints.count != 1 {
            throw CompileError("load_assignment", "LOGICAL_DNS clusters must have a single locality_lb_endpoint and a single lb_endpoint")
        }
        try balancing(message, &plan)
        if message.hasConnectTimeout { plan.connectTimeoutMilliseconds = message.connectTimeout.milliseconds }
        breakers(message, &plan)
        try transport(message, &plan)
        try protocols(message, &plan)
        try health(message, &plan)
        plan.healthChecks = try HealthCheckCompiler(arena: arena).compile(message.healthChecks, cluster: message.name)
        if message.upstreamConnectionOptions.hasTcpKeepalive {
            let keepalive = message.upstreamConnectionOptions.tcpKeepalive
            plan.keepalive = arena.single(
                KeepalivePlan(
                    probes: keepalive.keepaliveProbes.value, timeSeconds: keepalive.keepaliveTime.value,
                    intervalSeconds: keepalive.keepaliveInterval.value))
        }
        if message.hasUpstreamBindConfig { try bind(message.upstreamBindConfig, &plan) }
        return plan
    }

    private func bind(_ config: Envoy_Config_Core_V3_BindConfig, _ plan: inout ClusterPlan) throws(CompileError) {
        if config.freebind.value { throw .unsupported("upstream_bind_config.freebind") }
        if !config.socketOptions.isEmpty { throw .unsupported("upstream_bind_config.socket_options") }
        if config.hasLocalAddressSelector { throw .unsupported("upstream_bind_config.local_address_selector") }
        guard config.hasSourceAddress else { return }
        let text = config.sourceAddress.address
        guard let address = IPAddress(text) else {
            throw CompileError("upstream_bind_config.source_address.address", "\"\(text)\" is not an IP address")
        }
        plan.sourceAddress = address
        plan.sourcePort = UInt16(truncatingIfNeeded: config.sourceAddress.portValue)
    }

    private func discovery(_ message: Message, _ plan: inout ClusterPlan) throws(CompileError) {
        plan.lookupFamily =
            switch message.dnsLookupFamily {
            case .auto, .UNRECOGNIZED: .automatic
            case .v4Only: .v4Only
            case .v6Only: .v6Only
            case .v4Preferred: .v4Preferred
            case .all: .all
            }
        if message.hasDnsRefreshRate { plan.refreshMilliseconds = message.dnsRefreshRate.milliseconds }
        failures(message.dnsFailureRefreshRate, isSet: message.hasDnsFailureRefreshRate, &plan)
        plan.refreshJitterMilliseconds = message.dnsJitter.milliseconds
        plan.respectsTTL = message.respectDnsTtl
        switch message.clusterDiscoveryType {
        case .type(let type):
            switch type {
            case .static: plan.discovery = .fixed
            case .strictDns: plan.discovery = .strictDNS
            case .logicalDns: plan.discovery = .logicalDNS
            case .eds:
                plan.discovery = .endpointDiscovery
                let name = message.edsClusterConfig.serviceName
                plan.serviceName = arena.text(name.isEmpty ? message.name : name)
            case .originalDst: plan.discovery = .originalDestination
            case .UNRECOGNIZED: throw .unsupported("type")
            }
        case .clusterType(let custom): try self.custom(custom, &plan)
        case nil: plan.discovery = .fixed
        }
        if case .originalDstLbConfig(let config) = message.lbConfig {
            if config.hasMetadataKey { throw .unsupported("original_dst_lb_config.metadata_key") }
            plan.upstreamPortOverride = UInt16(truncatingIfNeeded: config.upstreamPortOverride.value)
            if config.useHTTPHeader {
                let name = config.httpHeaderName.isEmpty ? "x-envoy-original-dst-host" : config.httpHeaderName
                plan.originalDestinationHeader = arena.text(name.lowercased())
            }
        }
    }

    private func custom(_ type: Message.CustomClusterType, _ plan: inout ClusterPlan) throws(CompileError) {
        let path = "cluster_type.typed_config"
        switch type.typedConfig.messageName {
        case "envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig":
            plan.discovery = .dynamicForwardProxy
            let config = try type.typedConfig.decoded(
                Envoy_Extensions_Clusters_DynamicForwardProxy_V3_ClusterConfig.self, path)
            guard case .dnsCacheConfig(let cache) = config.clusterImplementationSpecifier else {
                throw .unsupported("\(path).sub_clusters_config")
            }
            plan.lookupFamily =
                switch cache.dnsLookupFamily {
                case .auto, .UNRECOGNIZED: .automatic
                case .v4Only: .v4Only
                case .v6Only: .v6Only
                case .v4Preferred: .v4Preferred
                case .all: .all
                }
            if config.allowCoalescedConnections { throw .unsupported("\(path).allow_coalesced_connections") }
            if cache.hasResolvedAddressFilter { throw .unsupported("\(path).dns_cache_config.resolved_address_filter") }
            if cache.disableDnsRefreshOnFailure {
                throw .unsupported("\(path).dns_cache_config.disable_dns_refresh_on_failure")
            }
            try refuseResolver(cache.typedDnsResolverConfig, isSet: cache.hasTypedDnsResolverConfig)
            if cache.hasHostTtl { plan.hostLifetimeMilliseconds = cache.hostTtl.milliseconds }
            plan.refreshMilliseconds = cache.hasDnsRefreshRate ? cache.dnsRefreshRate.milliseconds : 60_000
            if cache.hasMaxHosts { plan.maximumHosts = cache.maxHosts.value }
            failures(cache.dnsFailureRefreshRate, isSet: cache.hasDnsFailureRefreshRate, &plan)
        case "envoy.extensions.clusters.dns.v3.DnsCluster":
            let config = try type.typedConfig.decoded(Envoy_Extensions_Clusters_Dns_V3_DnsCluster.self, path)
            try refuseResolver(config.typedDnsResolverConfig, isSet: config.hasTypedDnsResolverConfig)
            plan.discovery = config.allAddressesInSingleEndpoint ? .logicalDNS : .strictDNS
            if config.hasDnsRefreshRate { plan.refreshMilliseconds = config.dnsRefreshRate.milliseconds }
            if config.hasDnsFailureRefreshRate {
                plan.failureRefreshMilliseconds = config.dnsFailureRefreshRate.baseInterval.milliseconds
                if config.dnsFailureRefreshRate.hasMaxInterval {
                    plan.maximumFailureRefreshMilliseconds = config.dnsFailureRefreshRate.maxInterval.milliseconds
                }
            }
            plan.refreshJitterMilliseconds = config.dnsJitter.milliseconds
            plan.respectsTTL = config.respectDnsTtl
            plan.lookupFamily =
                switch config.dnsLookupFamily {
                case .unspecified, .auto, .UNRECOGNIZED: .automatic
                case .v4Only: .v4Only
                case .v6Only: .v6Only
                case .v4Preferred: .v4Preferred
                case .all: .all
                }
        case let name: throw CompileError("cluster_type", "\(name) is not supported")
        }
    }

    private func failures(_ rate: Message.RefreshRate, isSet: Bool, _ plan: inout ClusterPlan) {
        guard isSet else { return }
        plan.failureRefreshMilliseconds = rate.baseInterval.milliseconds
        if rate.hasMaxInterval { plan.maximumFailureRefreshMilliseconds = rate.maxInterval.milliseconds }
    }

    private func breakers(_ message: Message, _ plan: inout ClusterPlan) {
        for threshold in message.circuitBreakers.thresholds {
            var own = CircuitBreakers()
            if threshold.hasMaxConnections { own.maximumConnections = threshold.maxConnections.value }
            if threshold.hasMaxPendingRequests { own.maximumPending = threshold.maxPendingRequests.value }
            if threshold.hasMaxRequests { own.maximumRequests = threshold.maxRequests.value }
            if threshold.hasMaxRetries { own.maximumRetries = threshold.maxRetries.value }
            if threshold.hasRetryBudget {
                let budget = threshold.retryBudget
                own.retryBudgetPercent = budget.hasBudgetPercent ? budget.budgetPercent.value : 20
                if budget.hasMinRetryConcurrency { own.retryBudgetMinimum = budget.minRetryConcurrency.value }
            }
            if threshold.priority == .high { plan.highPriorityBreakers = own } else { plan.breakers = own }
        }
    }

    private func health(_ message: Message, _ plan: inout ClusterPlan) throws(CompileError) {
        let common = message.commonLbConfig
        if common.hasHealthyPanicThreshold { plan.panicThresholdPercent = common.healthyPanicThreshold.value }
        if case .localityWeightedLbConfig = common.localityConfigSpecifier { plan.locality = true }
        if case .zoneAwareLbConfig(let zone) = common.localityConfigSpecifier, zone.failTrafficOnPanic {
            plan.failsInPanic = true
        }
        if common.hasUpdateMergeWindow || common.hasConsistentHashingLbConfig {
            let consistent = common.consistentHashingLbConfig
            if consistent.hasHashBalanceFactor {
                throw .unsupported("common_lb_config.consistent_hashing_lb_config.hash_balance_factor")
            }
            if consistent.useHostnameForHashing { plan.hashesHostname = true }
        }
        if common.closeConnectionsOnHostSetChange {
            throw .unsupported("common_lb_config.close_connections_on_host_set_change")
        }
        if common.hasOverrideHostStatus { throw .unsupported("common_lb_config.override_host_status") }
        if message.hasOutlierDetection { plan.outlier = arena.single(try outlier(message.outlierDetection)) }
    }

    private func outlier(_ detection: Envoy_Config_Cluster_V3_OutlierDetection) throws(CompileError) -> OutlierPlan {
        if !detection.monitors.isEmpty { throw .unsupported("outlier_detection.monitors") }
        if detection.detectDegradedHosts.value { throw .unsupported("outlier_detection.detect_degraded_hosts") }
        var plan = OutlierPlan()
        func take(_ isSet: Bool, _ message: Google_Protobuf_UInt32Value, _ field: inout UInt32) {
            if isSet { field = message.value }
        }
        take(detection.hasConsecutive5Xx, detection.consecutive5Xx, &plan.consecutive5xx)
        take(detection.hasEnforcingConsecutive5Xx, detection.enforcingConsecutive5Xx, &plan.enforcing5xxPercent)
        take(
            detection.hasConsecutiveGatewayFailure, detection.consecutiveGatewayFailure,
            &plan.consecutiveGatewayErrors)
        take(
            detection.hasEnforcingConsecutiveGatewayFailure, detection.enforcingConsecutiveGatewayFailure,
            &plan.enforcingGatewayErrorsPercent)
        plan.splitsLocalErrors = detection.splitExternalLocalOriginErrors
        take(
            detection.hasConsecutiveLocalOriginFailure, detection.consecutiveLocalOriginFailure,
            &plan.consecutiveLocalErrors)
        take(
            detection.hasEnforcingConsecutiveLocalOriginFailure, detection.enforcingConsecutiveLocalOriginFailure,
            &plan.enforcingLocalErrorsPercent)
        take(detection.hasMaxEjectionPercent, detection.maxEjectionPercent, &plan.maximumEjectionPercent)
        plan.alwaysEjectsOne = detection.alwaysEjectOneHost.value
        if detection.hasSuccessfulActiveHealthCheckUnejectHost {
            plan.endsWithActiveCheck = detection.successfulActiveHealthCheckUnejectHost.value
        }
        take(detection.hasSuccessRateMinimumHosts, detection.successRateMinimumHosts, &plan.successRateHosts)
        take(detection.hasSuccessRateRequestVolume, detection.successRateRequestVolume, &plan.successRateVolume)
        take(detection.hasSuccessRateStdevFactor, detection.successRateStdevFactor, &plan.successRateFactor)
        take(detection.hasEnforcingSuccessRate, detection.enforcingSuccessRate, &plan.enforcingSuccessRatePercent)
        take(
            detection.hasEnforcingLocalOriginSuccessRate, detection.enforcingLocalOriginSuccessRate,
            &plan.enforcingLocalSuccessRatePercent)
        take(detection.hasFailurePercentageThreshold, detection.failurePercentageThreshold, &plan.failureThreshold)
        take(detection.hasFailurePercentageMinimumHosts, detection.failurePercentageMinimumHosts, &plan.failureHosts)
        take(
            detection.hasFailurePercentageRequestVolume, detection.failurePercentageRequestVolume,
            &plan.failureVolume)
        take(
            detection.hasEnforcingFailurePercentage, detection.enforcingFailurePercentage,
            &plan.enforcingFailurePercent)
        take(
            detection.hasEnforcingFailurePercentageLocalOrigin, detection.enforcingFailurePercentageLocalOrigin,
            &plan.enforcingLocalFailurePercent)
        if detection.hasInterval { plan.intervalMilliseconds = detection.interval.milliseconds }
        if detection.hasBaseEjectionTime { plan.baseEjectionMilliseconds = detection.baseEjectionTime.milliseconds }
        plan.maximumEjectionMilliseconds =
            detection.hasMaxEjectionTime
            ? detection.maxEjectionTime.milliseconds : max(300_000, plan.baseEjectionMilliseconds)
        plan.jitterMilliseconds = detection.maxEjectionTimeJitter.milliseconds
        return plan
    }
}
