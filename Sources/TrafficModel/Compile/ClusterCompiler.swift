internal import EnvoyAPI
internal import SwiftProtobuf

/// `Cluster` to ``ClusterPlan``.
struct ClusterCompiler {
    typealias Message = Envoy_Config_Cluster_V3_Cluster

    let arena: Arena

    func compile(_ message: Message) throws(CompileError) -> ClusterPlan {
        if message.hasLbSubsetConfig { throw .unsupported("lb_subset_config") }
        if message.hasUpstreamConfig { throw .unsupported("upstream_config") }
        if message.connectionPoolPerDownstreamConnection { throw .unsupported("connection_pool_per_downstream_connection") }
        if message.hasQueuingPolicies { throw .unsupported("queuing_policies") }
        for (index, filter) in message.filters.enumerated()
        where !FilterCompiler.isObserver(name: filter.name, message: filter.typedConfig.messageName) {
            throw CompileError("filters[\(index)]", "upstream filter \"\(filter.name)\" is not supported")
        }
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
        health(message, &plan)
        try healthChecks(message, &plan)
        if message.upstreamConnectionOptions.hasTcpKeepalive {
            let keepalive = message.upstreamConnectionOptions.tcpKeepalive
            plan.keepalive = arena.single(
                KeepalivePlan(
                    probes: keepalive.keepaliveProbes.value, timeSeconds: keepalive.keepaliveTime.value,
                    intervalSeconds: keepalive.keepaliveInterval.value))
        }
        if message.hasUpstreamBindConfig, !message.upstreamBindConfig.sourceAddress.address.isEmpty {
            let text = message.upstreamBindConfig.sourceAddress.address
            guard let address = IPAddress(text) else {
                throw CompileError("upstream_bind_config.source_address.address", "\"\(text)\" is not an IP address")
            }
            plan.sourceAddress = address
        }
        return plan
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
            if cache.hasDnsRefreshRate { plan.refreshMilliseconds = cache.dnsRefreshRate.milliseconds }
        case "envoy.extensions.clusters.dns.v3.DnsCluster":
            let config = try type.typedConfig.decoded(Envoy_Extensions_Clusters_Dns_V3_DnsCluster.self, path)
            plan.discovery = config.allAddressesInSingleEndpoint ? .logicalDNS : .strictDNS
            if config.hasDnsRefreshRate { plan.refreshMilliseconds = config.dnsRefreshRate.milliseconds }
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
        case "envoy.extensions.clusters.original_dst.v3.OriginalDstClusterConfig", "envoy.extensions.clusters.original_dst.v3.OriginalDst":
            plan.discovery = .originalDestination
        case let name: throw CompileError("cluster_type", "\(name) is not supported")
        }
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

    private func health(_ message: Message, _ plan: inout ClusterPlan) {
        let common = message.commonLbConfig
        if common.hasHealthyPanicThreshold { plan.panicThresholdPercent = common.healthyPanicThreshold.value }
        if case .localityWeightedLbConfig = common.localityConfigSpecifier { plan.locality = true }
        guard message.hasOutlierDetection else { return }
        let detection = message.outlierDetection
        var outlier = OutlierPlan()
        if detection.hasConsecutive5Xx { outlier.consecutive5xx = detection.consecutive5Xx.value }
        if detection.hasConsecutiveGatewayFailure {
            outlier.consecutiveGatewayErrors = detection.consecutiveGatewayFailure.value
        }
        if detection.hasEnforcingConsecutive5Xx { outlier.enforcing5xxPercent = detection.enforcingConsecutive5Xx.value }
        if detection.hasEnforcingConsecutiveGatewayFailure {
            outlier.enforcingGatewayErrorsPercent = detection.enforcingConsecutiveGatewayFailure.value
        }
        outlier.splitsLocalErrors = detection.splitExternalLocalOriginErrors
        if detection.hasConsecutiveLocalOriginFailure {
            outlier.consecutiveLocalErrors = detection.consecutiveLocalOriginFailure.value
        }
        if detection.hasInterval { outlier.intervalMilliseconds = detection.interval.milliseconds }
        if detection.hasBaseEjectionTime { outlier.baseEjectionMilliseconds = detection.baseEjectionTime.milliseconds }
        if detection.hasMaxEjectionTime { outlier.maximumEjectionMilliseconds = detection.maxEjectionTime.milliseconds }
        if detection.hasMaxEjectionPercent { outlier.maximumEjectionPercent = detection.maxEjectionPercent.value }
        plan.outlier = arena.single(outlier)
    }

    private func healthChecks(_ message: Message, _ plan: inout ClusterPlan) throws(CompileError) {
        var checks: [HealthCheckPlan] = []
        for (index, check) in message.healthChecks.enumerated() {
            var own = HealthCheckPlan()
            own.intervalMilliseconds = check.interval.milliseconds
            own.timeoutMilliseconds = check.timeout.milliseconds
            own.unhealthyThreshold = check.unhealthyThreshold.value
            own.healthyThreshold = check.healthyThreshold.value
            switch check.healthChecker {
            case .httpHealthCheck(let http):
                own.kind = .http
                own.host = arena.text(http.host.isEmpty ? message.name : http.host)
                own.path = arena.text(http.path)
            case .tcpHealthCheck: own.kind = .tcp
            case .grpcHealthCheck(let grpc):
                own.kind = .grpc
                own.host = arena.text(grpc.authority.isEmpty ? message.name : grpc.authority)
                own.path = arena.text(grpc.serviceName)
            case .customHealthCheck, nil: throw .unsupported("health_checks[\(index)].custom_health_check")
            }
            checks.append(own)
        }
        plan.healthChecks = arena.array(checks)
    }
}
