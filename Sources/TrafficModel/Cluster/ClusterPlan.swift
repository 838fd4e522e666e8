/// One cluster, compiled: where requests go and how.
public struct ClusterPlan: BitwiseCopyable, Sendable {
    /// How endpoints are found.
    public enum Discovery: UInt8, BitwiseCopyable, Sendable {
        /// Addresses in the configuration.
        case fixed
        /// Every address a name resolves to is an endpoint.
        case strictDNS
        /// The name is resolved anew for new connections; one logical endpoint.
        case logicalDNS
        /// From `ClusterLoadAssignment` resources.
        case endpointDiscovery
        /// The connection's own original destination.
        case originalDestination
        /// The host of the request, or SNI, resolved when it is first asked for.
        case dynamicForwardProxy
    }

    /// How one endpoint is chosen.
    public enum Balancing: UInt8, BitwiseCopyable, Sendable {
        case roundRobin, leastRequest, random, ringHash, maglev, clusterProvided
    }

    /// Which HTTP version is spoken with the endpoints.
    public enum HTTPVersion: UInt8, BitwiseCopyable, Sendable {
        case http1, http2
        /// The version the client speaks.
        case downstream
        /// By ALPN: HTTP/2 when the endpoint takes it.
        case automatic
    }

    /// Which address families are asked for.
    public enum LookupFamily: UInt8, BitwiseCopyable, Sendable {
        /// IPv6 first, IPv4 when there is none.
        case automatic
        case v4Only, v6Only
        /// IPv4 first, IPv6 when there is none.
        case v4Preferred
        /// Both, for happy eyeballs.
        case all
    }

    /// The resource's name, `outbound|443||api.example.com`.
    public var name = FlatText()
    /// The service that it stands for, for metrics.
    public var service = ServiceLabels()
    /// Changes whenever the resource was compiled anew: pools of another
    /// revision belong to another configuration.
    public var revision: UInt64 = 0
    /// How endpoints are found.
    public var discovery = Discovery.fixed
    /// Endpoints of the configuration (not of EDS), in order of priority.
    public var endpoints = FlatArray<EndpointPlan>()
    /// Name of the `ClusterLoadAssignment`, for EDS.
    public var serviceName = FlatText()
    /// How one is chosen.
    public var balancing = Balancing.roundRobin
    /// Endpoints looked at by least request. Default 2.
    public var leastRequestChoices: UInt32 = 2
    /// Ring size at least. Default 1024.
    public var minimumRingSize: UInt64 = 1024
    /// Ring size at most. Default 8 Mi.
    public var maximumRingSize: UInt64 = 8_388_608
    /// Maglev table size. Default 65537.
    public var maglevTableSize: UInt64 = 65537
    /// Slow start window; 0 for none.
    public var slowStartMilliseconds: Int64 = 0
    /// Slow start aggression. Default 1.
    public var slowStartAggression: Double = 1
    /// Least weight during slow start, in percent. Default 10.
    public var slowStartMinimumPercent: Double = 10
    /// Below this share of healthy endpoints all are used, in percent. Default 50.
    public var panicThresholdPercent: Double = 50
    /// Weights of localities are used.
    public var locality = false
    /// Time to connect. Default 5 s.
    public var connectTimeoutMilliseconds: Int64 = 5000
    /// Circuit breakers of the default priority.
    public var breakers = CircuitBreakers()
    /// Circuit breakers of the high priority.
    public var highPriorityBreakers = CircuitBreakers()
    /// Which HTTP version.
    public var httpProtocol = HTTPVersion.http1
    /// Most requests on one connection; 0 for no limit.
    public var maximumRequestsPerConnection: UInt32 = 0
    /// Closes an idle pooled connection; nil never. Default one hour.
    public var idleTimeoutMilliseconds: Int64? = 3_600_000
    /// Closes pooled connections this old; nil never.
    public var maximumConnectionMilliseconds: Int64?
    /// HTTP/2: most streams on one connection.
    public var maximumConcurrentStreams: UInt32 = 1024
    /// TCP keepalive: zero or one element.
    public var keepalive = FlatArray<KeepalivePlan>()
    /// PROXY protocol towards the endpoint: 0 for none, 1 or 2.
    public var proxyProtocolVersion: UInt8 = 0
    /// TLS with the endpoints: zero or one element (none is plain bytes).
    public var tls = FlatArray<TLSPlan>()
    /// TLS by endpoint metadata; the first that matches is used before `tls`.
    public var transportMatches = FlatArray<TransportMatch>()
    /// The server name of TLS comes from the request (`auto_sni`), so that
    /// connections serve only requests for the same name.
    public var namesByRequest = false
    /// Names are asked for in these families.
    public var lookupFamily = LookupFamily.automatic
    /// How often names are asked for. Default 5 s.
    public var refreshMilliseconds: Int64 = 5000
    /// Uses the TTL of the answer instead.
    public var respectsTTL = false
    /// Random part added to the refresh interval.
    public var refreshJitterMilliseconds: Int64 = 0
    /// Port dialled instead of the original destination's; 0 keeps it.
    public var upstreamPortOverride: UInt16 = 0
    /// The original destination may be given by this request header; empty for none.
    public var originalDestinationHeader = FlatText()
    /// In panic requests fail instead of going to all endpoints.
    public var failsInPanic = false
    /// How much active requests count against a weight (least request). Default 1.
    public var activeRequestBias: Double = 1
    /// Least request looks at all endpoints instead of a few.
    public var scansAll = false
    /// Rings and tables hash the endpoint's host name instead of its address.
    public var hashesHostname = false
    /// Outlier detection: zero or one element.
    public var outlier = FlatArray<OutlierPlan>()
    /// Active health checks.
    public var healthChecks = FlatArray<HealthCheckPlan>()
    /// Address that connections are made from; nil for any.
    public var sourceAddress: IPAddress?
    /// Port that connections are made from; 0 for any.
    public var sourcePort: UInt16 = 0
    /// Dynamic forward proxy: most hosts known at once. Default 1024.
    public var maximumHosts: UInt32 = 1024
    /// Dynamic forward proxy: a host that isn't asked for this long may be forgotten. Default 5 min.
    public var hostLifetimeMilliseconds: Int64 = 300_000
    /// How soon names that failed are asked for again; nil as often as `refreshMilliseconds` says.
    public var failureRefreshMilliseconds: Int64?
    /// The longest that waiting grows to when names go on failing; nil ten times the first.
    public var maximumFailureRefreshMilliseconds: Int64?

    /// Whether it is one of Istio's clusters that swallow traffic: no endpoint can ever exist.
    public var isBlackHole: Bool {
        discovery == .fixed && endpoints.isEmpty
    }
}

/// Limits of a cluster; above them requests are refused (UO).
public struct CircuitBreakers: BitwiseCopyable, Sendable {
    /// Connections. Envoy's default is 1024.
    public var maximumConnections: UInt32 = 1024
    /// Requests waiting for a connection. Default 1024.
    public var maximumPending: UInt32 = 1024
    /// Requests at once. Default 1024.
    public var maximumRequests: UInt32 = 1024
    /// Retries at once. Default 3.
    public var maximumRetries: UInt32 = 3
    /// Retries at once as a share of the requests in percent, instead; nil for `maximumRetries`.
    public var retryBudgetPercent: Double?
    /// Retries always allowed under a budget. Default 3.
    public var retryBudgetMinimum: UInt32 = 3
}

/// TCP keepalive settings; 0 leaves the system's.
public struct KeepalivePlan: BitwiseCopyable, Sendable {
    /// Probes before the connection counts as dead.
    public var probes: UInt32 = 0
    /// Seconds without traffic before the first probe.
    public var timeSeconds: UInt32 = 0
    /// Seconds between probes.
    public var intervalSeconds: UInt32 = 0
}

/// Passive health: endpoints that fail are left out for a while.
public struct OutlierPlan: BitwiseCopyable, Sendable {
    /// 5xx (or local failures) in a row; 0 switches it off. Default 5.
    public var consecutive5xx: UInt32 = 5
    /// 502, 503, 504 in a row; 0 switches it off. Default 5.
    public var consecutiveGatewayErrors: UInt32 = 5
    /// Per cent of such detections that eject. Envoy's default is 0.
    public var enforcingGatewayErrorsPercent: UInt32 = 0
    /// Per cent of 5xx detections that eject. Default 100.
    public var enforcing5xxPercent: UInt32 = 100
    /// Per cent of local detections that eject. Default 100.
    public var enforcingLocalErrorsPercent: UInt32 = 100
    /// Local failures are counted apart.
    public var splitsLocalErrors = false
    /// Local failures in a row. Default 5.
    public var consecutiveLocalErrors: UInt32 = 5
    /// Time between sweeps. Default 10 s.
    public var intervalMilliseconds: Int64 = 10_000
    /// Base time of an ejection. Default 30 s.
    public var baseEjectionMilliseconds: Int64 = 30_000
    /// Random part added to an ejection. Default 0.
    public var jitterMilliseconds: Int64 = 0
    /// Longest ejection. Default 300 s, or the base time where that is longer.
    public var maximumEjectionMilliseconds: Int64 = 300_000
    /// Most endpoints ejected, in percent. Default 10.
    public var maximumEjectionPercent: UInt32 = 10
    /// One endpoint may be ejected whatever the percentage says.
    public var alwaysEjectsOne = false
    /// A successful active check ends an ejection. Default true.
    public var endsWithActiveCheck = true
    /// Endpoints with enough requests for success rates to be compared. Default 5.
    public var successRateHosts: UInt32 = 5
    /// Requests in an interval for an endpoint's success rate to count. Default 100.
    public var successRateVolume: UInt32 = 100
    /// Thousandths of a standard deviation that a rate may lie below the mean. Default 1900.
    public var successRateFactor: UInt32 = 1900
    /// Per cent of such detections that eject. Default 100.
    public var enforcingSuccessRatePercent: UInt32 = 100
    /// The same for local failures. Default 100.
    public var enforcingLocalSuccessRatePercent: UInt32 = 100
    /// Per cent of failures from which an endpoint is ejected. Default 85.
    public var failureThreshold: UInt32 = 85
    /// Endpoints with enough requests for that. Default 5.
    public var failureHosts: UInt32 = 5
    /// Requests in an interval for that. Default 50.
    public var failureVolume: UInt32 = 50
    /// Per cent of such detections that eject. Default 0.
    public var enforcingFailurePercent: UInt32 = 0
    /// The same for local failures. Default 0.
    public var enforcingLocalFailurePercent: UInt32 = 0
}

/// An active health check.
public struct HealthCheckPlan: BitwiseCopyable, Sendable {
    /// Over what.
    public enum Kind: UInt8, BitwiseCopyable, Sendable { case tcp, http }
    /// Over what.
    public var kind = Kind.tcp
    /// HTTP: Host of the request.
    public var host = FlatText()
    /// HTTP: path of the request.
    public var path = FlatText()
    /// HTTP: method of the request. Default GET.
    public var method = FlatText()
    /// HTTP: statuses of a healthy endpoint. Default 200.
    public var expectedStatuses = FlatArray<StatusRange>()
    /// HTTP: statuses that count as failures only after `unhealthyThreshold`; others at once.
    public var retriableStatuses = FlatArray<StatusRange>()
    /// TCP: bytes sent first.
    public var send = FlatText()
    /// TCP: runs of bytes that must come back, in this order; none for a mere connection.
    public var receive = FlatArray<FlatText>()
    /// Most time before the first check.
    public var initialJitterMilliseconds: Int64 = 0
    /// Random part of the time between checks.
    public var intervalJitterMilliseconds: Int64 = 0
    /// The same, as a percentage of that time.
    public var intervalJitterPercent: UInt32 = 0
    /// Time between checks while the cluster never had a connection. Default 60 s.
    public var idleIntervalMilliseconds: Int64 = 60_000
    /// The same for healthy endpoints; nil for `idleIntervalMilliseconds`.
    public var idleHealthyIntervalMilliseconds: Int64?
    /// Time between checks of unhealthy endpoints; nil for `intervalMilliseconds`.
    public var unhealthyIntervalMilliseconds: Int64?
    /// Time after the first failure; nil for `intervalMilliseconds`.
    public var unhealthyEdgeIntervalMilliseconds: Int64?
    /// Time after the first success; nil for `intervalMilliseconds`.
    public var healthyEdgeIntervalMilliseconds: Int64?
    /// Time between checks.
    public var intervalMilliseconds: Int64 = 0
    /// Time for one check.
    public var timeoutMilliseconds: Int64 = 0
    /// Failures until unhealthy.
    public var unhealthyThreshold: UInt32 = 1
    /// Successes until healthy.
    public var healthyThreshold: UInt32 = 1
}

/// HTTP statuses from `first` to `last`, both included.
public struct StatusRange: BitwiseCopyable, Hashable, Sendable {
    /// The lowest.
    public var first: UInt16
    /// The highest.
    public var last: UInt16

    /// Whether a status lies in it.
    public func contains(_ status: UInt16) -> Bool { first <= status && status <= last }
}
