internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

extension ClusterPlan {
    func applyConnectionPool(_ cluster: inout EnvoyCluster, _ http: inout UpstreamHTTPOptions) {
        let pool = policy.connectionPool
        cluster.connectTimeout = .init(pool?.tcp?.connectTimeout ?? context.mesh.connectTimeout ?? .seconds(10))
        cluster.circuitBreakers = circuitBreakers(pool)
        if let keepalive = pool?.tcp?.tcpKeepalive ?? context.mesh.tcpKeepalive {
            cluster.upstreamConnectionOptions.tcpKeepalive = Self.keepalive(keepalive)
        }
        applyHTTP(pool, &http)
    }

    private func circuitBreakers(_ pool: ConnectionPoolSettings?) -> Envoy_Config_Cluster_V3_CircuitBreakers {
        if pool == nil, policy.retryBudget == nil { return Self.openCircuitBreakers }
        var breakers = Self.openCircuitBreakers
        var thresholds = breakers.thresholds[0]
        if let tcp = pool?.tcp, tcp.maxConnections > 0 { thresholds.maxConnections = .init(UInt32(tcp.maxConnections)) }
        if let http = pool?.http {
            if http.http1MaxPendingRequests > 0 { thresholds.maxPendingRequests = .init(UInt32(http.http1MaxPendingRequests)) }
            if http.http2MaxRequests > 0 { thresholds.maxRequests = .init(UInt32(http.http2MaxRequests)) }
            if http.maxRetries > 0 { thresholds.maxRetries = .init(UInt32(http.maxRetries)) }
        }
        if let budget = policy.retryBudget {
            var own = Envoy_Config_Cluster_V3_CircuitBreakers.Thresholds.RetryBudget()
            own.budgetPercent.value = budget.percent ?? 20
            own.minRetryConcurrency = .init(budget.minRetryConcurrency > 0 ? budget.minRetryConcurrency : 3)
            if let interval = budget.budgetInterval { own.budgetInterval = .init(interval) }
            thresholds.retryBudget = own
        }
        breakers.thresholds = [thresholds]
        return breakers
    }

    private func applyHTTP(_ pool: ConnectionPoolSettings?, _ options: inout UpstreamHTTPOptions) {
        let settings = pool?.http
        let idle = settings?.idleTimeout ?? pool?.tcp?.idleTimeout
        let maxRequests = settings?.maxRequestsPerConnection ?? 0
        let maxDuration = pool?.tcp?.maxConnectionDuration
        let maxStreams = settings?.maxConcurrentStreams ?? 0
        if idle != nil || maxRequests > 0 || maxDuration != nil || maxStreams > 0 {
            var common = Envoy_Config_Core_V3_HttpProtocolOptions()
            if let idle { common.idleTimeout = .init(idle) }
            if let maxDuration { common.maxConnectionDuration = .init(maxDuration) }
            if maxRequests > 0 { common.maxRequestsPerConnection = .init(UInt32(maxRequests)) }
            options.common = common
        }
        if settings?.useClientProtocol == true { options.version = .asDownstream }
        if upgradesToHTTP2(settings) { options.version = .http2 }
        guard options.version == .http2 || options.version == .asDownstream else { return }
        if maxStreams > 0 { options.http2.maxConcurrentStreams = .init(UInt32(maxStreams)) }
        if let keepalive = settings?.http2KeepAlive {
            if let interval = keepalive.interval { options.http2.connectionKeepalive.interval = .init(interval) }
            if let timeout = keepalive.timeout { options.http2.connectionKeepalive.timeout = .init(timeout) }
        }
    }

    private func upgradesToHTTP2(_ settings: ConnectionPoolSettings.HTTPSettings?) -> Bool {
        switch settings?.h2UpgradePolicy {
        case .upgrade: true
        case .doNotUpgrade: false
        default: port.portProtocol.isHTTP && context.mesh.h2UpgradePolicy == .upgrade
        }
    }

    private static func keepalive(_ settings: ConnectionPoolSettings.TcpKeepalive) -> Envoy_Config_Core_V3_TcpKeepalive {
        var keepalive = Envoy_Config_Core_V3_TcpKeepalive()
        if settings.probes > 0 { keepalive.keepaliveProbes = .init(settings.probes) }
        if let time = settings.time { keepalive.keepaliveTime = .init(UInt32(clamping: time.components.seconds)) }
        if let interval = settings.interval {
            keepalive.keepaliveInterval = .init(UInt32(clamping: interval.components.seconds))
        }
        return keepalive
    }

    func applyOutlierDetection(_ cluster: inout EnvoyCluster) {
        guard let settings = policy.outlierDetection else { return }
        var detection = Envoy_Config_Cluster_V3_OutlierDetection()
        detection.enforcingSuccessRate = .init(0)
        if let count = settings.consecutive5xxErrors {
            detection.consecutive5Xx = .init(count)
            detection.enforcingConsecutive5Xx = .init(count > 0 ? 100 : 0)
        }
        let deprecated = settings.consecutiveErrors > 0 ? UInt32(settings.consecutiveErrors) : nil
        if let count = settings.consecutiveGatewayErrors ?? deprecated {
            detection.consecutiveGatewayFailure = .init(count)
            detection.enforcingConsecutiveGatewayFailure = .init(count > 0 ? 100 : 0)
        }
        if let interval = settings.interval { detection.interval = .init(interval) }
        if let time = settings.baseEjectionTime { detection.baseEjectionTime = .init(time) }
        if settings.maxEjectionPercent > 0 { detection.maxEjectionPercent = .init(UInt32(settings.maxEjectionPercent)) }
        if settings.splitExternalLocalOriginErrors {
            detection.splitExternalLocalOriginErrors = true
            if let count = settings.consecutiveLocalOriginFailures, count > 0 {
                detection.consecutiveLocalOriginFailure = .init(count)
                detection.enforcingConsecutiveLocalOriginFailure = .init(100)
            }
            // A rate over all failures would eject by itself what is counted here.
            detection.enforcingLocalOriginSuccessRate = .init(0)
        }
        cluster.outlierDetection = detection
        if settings.minHealthPercent > 0 {
            cluster.commonLbConfig.healthyPanicThreshold.value = Double(settings.minHealthPercent)
        }
    }

    func applyLoadBalancing(_ cluster: inout EnvoyCluster, _ discovery: Discovery) {
        switch discovery {
        case .asDialled, .byRequest:
            cluster.lbPolicy = .clusterProvided
            return
        case .resolved, .sentApart: break
        }
        if weighsLocalities { cluster.commonLbConfig.localityWeightedLbConfig = .init() }
        if let zone = policy.loadBalancer?.zoneAwareLbSetting, zone.enabled ?? true {
            cluster.commonLbConfig.zoneAwareLbConfig = .init()
            if let size = zone.minClusterSize { cluster.commonLbConfig.zoneAwareLbConfig.minClusterSize = .init(size) }
        }
        switch policy.loadBalancer?.simple {
        case .random: cluster.lbPolicy = .random
        case .roundRobin:
            cluster.lbPolicy = .roundRobin
            if let warmup { cluster.roundRobinLbConfig.slowStartConfig = warmup }
        default:
            cluster.lbPolicy = .leastRequest
            if let warmup { cluster.leastRequestLbConfig.slowStartConfig = warmup }
        }
        applyConsistentHash(&cluster)
    }

    private var weighsLocalities: Bool {
        guard let setting = localitySetting, setting.enabled ?? true else { return false }
        if !setting.distribute.isEmpty { return true }
        let failsOver = !setting.failover.isEmpty || !setting.failoverPriority.isEmpty
        return failsOver && policy.outlierDetection != nil
    }

    private func applyConsistentHash(_ cluster: inout EnvoyCluster) {
        guard let hash = policy.loadBalancer?.consistentHash else { return }
        if let maglev = hash.maglev {
            cluster.lbPolicy = .maglev
            cluster.maglevLbConfig = .init()
            if maglev.tableSize > 0 { cluster.maglevLbConfig.tableSize = .init(maglev.tableSize) }
            return
        }
        cluster.lbPolicy = .ringHash
        let size = hash.ringHash?.minimumRingSize ?? hash.minimumRingSize
        cluster.ringHashLbConfig.minimumRingSize = .init(size > 0 ? size : 1024)
    }

    private var warmup: EnvoyCluster.SlowStartConfig? {
        guard let balancer = policy.loadBalancer else { return nil }
        var config = EnvoyCluster.SlowStartConfig()
        if let warmup = balancer.warmup, let duration = warmup.duration {
            config.slowStartWindow = .init(duration)
            if let aggression = warmup.aggression { config.aggression.defaultValue = aggression }
            // Envoy wants a key beside a runtime value; this is the one Istio gives it.
            if warmup.aggression != nil { config.aggression.runtimeKey = "(" }
            if let percent = warmup.minimumPercent { config.minWeightPercent.value = percent }
            return config
        }
        guard let duration = balancer.warmupDurationSecs else { return nil }
        config.slowStartWindow = .init(duration)
        return config
    }

    func applyProxyProtocol(_ cluster: inout EnvoyCluster) {
        guard let version = policy.proxyProtocol?.version else { return }
        var transport = Envoy_Extensions_TransportSockets_ProxyProtocol_V3_ProxyProtocolUpstreamTransport()
        transport.config.version = version == .v2 ? .v2 : .v1
        transport.transportSocket = cluster.hasTransportSocket ? cluster.transportSocket : TransportSockets.plain
        cluster.transportSocket = EnvoyTransportSocket("envoy.transport_sockets.upstream_proxy_protocol", transport)
    }
}
