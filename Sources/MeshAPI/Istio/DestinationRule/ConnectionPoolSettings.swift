/// Limits of connections and requests.
public struct ConnectionPoolSettings: ConfigFields {
    /// Limits of connections.
    public var tcp: TCPSettings?
    /// Limits of requests.
    public var http: HTTPSettings?

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("tcp", &tcp)
        visitor.field("http", &http)
    }
}

extension ConnectionPoolSettings {
    /// Limits of connections.
    public struct TCPSettings: ConfigFields {
        /// The number of connections; unlimited when 0.
        public var maxConnections: Int32 = 0
        /// How long connecting may take.
        public var connectTimeout: Duration?
        /// Probes on idle connections.
        public var tcpKeepalive: TcpKeepalive?
        /// How long a connection may live.
        public var maxConnectionDuration: Duration?
        /// How long a connection may be idle.
        public var idleTimeout: Duration?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("maxConnections", &maxConnections)
            visitor.field("connectTimeout", &connectTimeout)
            visitor.field("tcpKeepalive", &tcpKeepalive)
            visitor.field("maxConnectionDuration", &maxConnectionDuration)
            visitor.field("idleTimeout", &idleTimeout)
        }
    }

    /// Probes on idle connections.
    public struct TcpKeepalive: ConfigFields {
        /// How many probes may stay unanswered.
        public var probes: UInt32 = 0
        /// How long a connection is idle before the first probe.
        public var time: Duration?
        /// The time between probes.
        public var interval: Duration?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("probes", &probes)
            visitor.field("time", &time)
            visitor.field("interval", &interval)
        }
    }

    /// Limits of requests.
    public struct HTTPSettings: ConfigFields {
        /// How many requests may wait for a connection.
        public var http1MaxPendingRequests: Int32 = 0
        /// How many requests may be active.
        public var http2MaxRequests: Int32 = 0
        /// After how many requests a connection is closed; never when 0.
        public var maxRequestsPerConnection: Int32 = 0
        /// How many retries may be active.
        public var maxRetries: Int32 = 0
        /// How long a connection may be without requests.
        public var idleTimeout: Duration?
        /// Whether HTTP/1.1 requests are sent as HTTP/2.
        public var h2UpgradePolicy: H2UpgradePolicy = .zero
        /// Whether the client's version of HTTP is kept.
        public var useClientProtocol: Bool = false
        /// How many streams a connection may have.
        public var maxConcurrentStreams: Int32 = 0
        /// PING frames on idle connections.
        public var http2KeepAlive: ConnectionKeepalive?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("http1MaxPendingRequests", &http1MaxPendingRequests)
            visitor.field("http2MaxRequests", &http2MaxRequests)
            visitor.field("maxRequestsPerConnection", &maxRequestsPerConnection)
            visitor.field("maxRetries", &maxRetries)
            visitor.field("idleTimeout", &idleTimeout)
            visitor.field("h2UpgradePolicy", &h2UpgradePolicy)
            visitor.field("useClientProtocol", &useClientProtocol)
            visitor.field("maxConcurrentStreams", &maxConcurrentStreams)
            visitor.field("http2KeepAlive", &http2KeepAlive)
        }
    }

    /// Whether HTTP/1.1 requests are sent as HTTP/2.
    public enum H2UpgradePolicy: String, ConfigEnum {
        /// As the mesh's configuration says.
        case `default` = "DEFAULT"
        /// They aren't.
        case doNotUpgrade = "DO_NOT_UPGRADE"
        /// They are.
        case upgrade = "UPGRADE"
    }

    /// PING frames on idle connections.
    public struct ConnectionKeepalive: ConfigFields {
        /// The time between frames.
        public var interval: Duration?
        /// How long an answer may take.
        public var timeout: Duration?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("interval", &interval)
            visitor.field("timeout", &timeout)
        }
    }
}
