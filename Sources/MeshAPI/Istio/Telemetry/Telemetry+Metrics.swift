extension Telemetry {
    /// Metrics.
    public struct Metrics: ConfigFields {
        /// Who takes the metrics.
        public var providers: [ProviderRef] = []
        /// Changes to single metrics.
        public var overrides: [MetricsOverrides] = []
        /// The time between reports.
        public var reportingInterval: Duration?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("providers", &providers)
            visitor.field("overrides", &overrides)
            visitor.field("reportingInterval", &reportingInterval)
        }
    }

    /// Changes to some metrics.
    public struct MetricsOverrides: ConfigFields {
        /// The metrics; all when unset.
        public var match: MetricSelector?
        /// Whether they aren't reported.
        public var disabled: Bool?
        /// Changes to their tags.
        public var tagOverrides: [String: TagOverride] = [:]

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("match", &match)
            visitor.field("disabled", &disabled)
            visitor.field("tagOverrides", &tagOverrides)
        }
    }

    /// Some metrics.
    public struct MetricSelector: ConfigFields {
        /// One of Istio's.
        public var metric: IstioMetric?
        /// Another one.
        public var customMetric: String?
        /// The side that reports them.
        public var mode: WorkloadMode = .zero

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("metric", &metric)
            visitor.field("customMetric", &customMetric, .length(1...1048576))
            visitor.field("mode", &mode)
            visitor.oneOf(["metric", "customMetric"])
        }
    }

    /// A metric of Istio.
    public enum IstioMetric: String, ConfigEnum {
        /// All of them.
        case allMetrics = "ALL_METRICS"
        /// The number of requests.
        case requestCount = "REQUEST_COUNT"
        /// The duration of requests.
        case requestDuration = "REQUEST_DURATION"
        /// The size of requests.
        case requestSize = "REQUEST_SIZE"
        /// The size of responses.
        case responseSize = "RESPONSE_SIZE"
        /// The number of opened connections.
        case tcpOpenedConnections = "TCP_OPENED_CONNECTIONS"
        /// The number of closed connections.
        case tcpClosedConnections = "TCP_CLOSED_CONNECTIONS"
        /// The number of bytes sent.
        case tcpSentBytes = "TCP_SENT_BYTES"
        /// The number of bytes received.
        case tcpReceivedBytes = "TCP_RECEIVED_BYTES"
        /// The number of gRPC messages of requests.
        case grpcRequestMessages = "GRPC_REQUEST_MESSAGES"
        /// The number of gRPC messages of responses.
        case grpcResponseMessages = "GRPC_RESPONSE_MESSAGES"
    }

    /// A change to a tag.
    public struct TagOverride: ConfigFields {
        /// What is done with the tag.
        public var operation: Operation = .zero
        /// Its value, as an expression.
        public var value: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("operation", &operation)
            visitor.field("value", &value)
        }
    }
}

extension Telemetry.TagOverride {
    /// What is done with a tag.
    public enum Operation: String, ConfigEnum {
        /// It is set.
        case upsert = "UPSERT"
        /// It is removed.
        case remove = "REMOVE"
    }
}
