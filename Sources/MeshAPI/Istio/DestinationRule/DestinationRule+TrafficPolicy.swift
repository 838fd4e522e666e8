extension DestinationRule {
    /// How traffic is carried.
    public struct TrafficPolicy: ConfigFields {
        /// How the endpoint of a request is chosen.
        public var loadBalancer: LoadBalancerSettings?
        /// Limits of connections and requests.
        public var connectionPool: ConnectionPoolSettings?
        /// When endpoints that fail are left out.
        public var outlierDetection: OutlierDetection?
        /// TLS towards the service.
        public var tls: ClientTLSSettings?
        /// Policies that replace this one for single ports.
        public var portLevelSettings: [PortTrafficPolicy] = []
        /// A proxy through which the connections go.
        public var tunnel: TunnelSettings?
        /// The PROXY header that is sent ahead.
        public var proxyProtocol: ProxyProtocol?
        /// A limit of concurrent retries.
        public var retryBudget: RetryBudget?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("loadBalancer", &loadBalancer)
            visitor.field("connectionPool", &connectionPool)
            visitor.field("outlierDetection", &outlierDetection)
            visitor.field("tls", &tls)
            visitor.field("portLevelSettings", &portLevelSettings, .items(0...4096))
            visitor.field("tunnel", &tunnel)
            visitor.field("proxyProtocol", &proxyProtocol)
            visitor.field("retryBudget", &retryBudget)
        }
    }

    /// How traffic to one port is carried.
    public struct PortTrafficPolicy: ConfigFields {
        /// The port of the service.
        public var port: PortSelector?
        /// How the endpoint of a request is chosen.
        public var loadBalancer: LoadBalancerSettings?
        /// Limits of connections and requests.
        public var connectionPool: ConnectionPoolSettings?
        /// When endpoints that fail are left out.
        public var outlierDetection: OutlierDetection?
        /// TLS towards the service.
        public var tls: ClientTLSSettings?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("port", &port)
            visitor.field("loadBalancer", &loadBalancer)
            visitor.field("connectionPool", &connectionPool)
            visitor.field("outlierDetection", &outlierDetection)
            visitor.field("tls", &tls)
        }
    }

    /// A proxy through which connections go.
    public struct TunnelSettings: ConfigFields {
        /// The method that opens the tunnel: CONNECT or POST.
        public var `protocol`: String = ""
        /// The host behind the proxy.
        public var targetHost: String = ""
        /// The port behind the proxy.
        public var targetPort: UInt32 = 0

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("protocol", &`protocol`)
            visitor.field("targetHost", &targetHost, .required)
            visitor.field("targetPort", &targetPort, .required)
        }
    }

    /// The PROXY header that is sent ahead of a connection.
    public struct ProxyProtocol: ConfigFields {
        /// The version of the header.
        public var version: Version = .zero

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("version", &version)
        }
    }
}

extension DestinationRule.ProxyProtocol {
    /// The version of the PROXY header.
    public enum Version: String, ConfigEnum {
        /// The header as text.
        case v1 = "V1"
        /// The header in binary.
        case v2 = "V2"
    }
}

extension DestinationRule {
    /// A limit of concurrent retries.
    public struct RetryBudget: ConfigFields {
        /// The share of active requests that may be retries; 20 when unset.
        public var percent: Double?
        /// The number of retries that is always allowed.
        public var minRetryConcurrency: UInt32 = 0
        /// The window in which requests count.
        public var budgetInterval: Duration?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("percent", &percent, .range(0...100))
            visitor.field("minRetryConcurrency", &minRetryConcurrency)
            visitor.field("budgetInterval", &budgetInterval)
        }
    }
}
