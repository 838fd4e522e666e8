extension VirtualService {
    /// How failed requests are retried.
    public struct HTTPRetry: ConfigFields {
        /// How many retries are made; 0 turns retries off.
        public var attempts: Int32 = 0
        /// How long each attempt may take.
        public var perTryTimeout: Duration?
        /// The least time between attempts.
        public var backoff: Duration?
        /// The conditions for a retry, separated by commas.
        public var retryOn: String = ""
        /// Whether retries go to other localities.
        public var retryRemoteLocalities: Bool?
        /// Whether retries avoid the endpoints that failed; true when unset.
        public var retryIgnorePreviousHosts: Bool?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("attempts", &attempts)
            visitor.field("perTryTimeout", &perTryTimeout)
            visitor.field("backoff", &backoff)
            visitor.field("retryOn", &retryOn)
            visitor.field("retryRemoteLocalities", &retryRemoteLocalities)
            visitor.field("retryIgnorePreviousHosts", &retryIgnorePreviousHosts)
        }
    }

    /// Faults that are injected for tests.
    public struct HTTPFaultInjection: ConfigFields {
        /// A delay before the request is forwarded.
        public var delay: Delay?
        /// An error instead of the answer.
        public var abort: Abort?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("delay", &delay)
            visitor.field("abort", &abort)
        }
    }

    /// A delay before a request is forwarded.
    public struct Delay: ConfigFields {
        /// The share of requests in percent; superseded by `percentage`.
        public var percent: Int32 = 0
        /// The delay.
        public var fixedDelay: Duration?
        /// Not supported.
        public var exponentialDelay: Duration?
        /// The share of requests.
        public var percentage: Percent?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("percent", &percent)
            visitor.field("fixedDelay", &fixedDelay)
            visitor.field("exponentialDelay", &exponentialDelay)
            visitor.field("percentage", &percentage)
            visitor.oneOf(["fixedDelay", "exponentialDelay"])
        }
    }

    /// An error that answers a request.
    public struct Abort: ConfigFields {
        /// The HTTP status.
        public var httpStatus: Int32?
        /// The name of the gRPC status.
        public var grpcStatus: String?
        /// Not supported.
        public var http2Error: String?
        /// The share of requests.
        public var percentage: Percent?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("httpStatus", &httpStatus)
            visitor.field("grpcStatus", &grpcStatus)
            visitor.field("http2Error", &http2Error)
            visitor.field("percentage", &percentage)
            visitor.oneOf(["httpStatus", "grpcStatus", "http2Error"])
        }
    }

    /// A place where copies of requests go.
    public struct HTTPMirrorPolicy: ConfigFields {
        /// The service.
        public var destination: Destination?
        /// The share of requests that is copied; all when unset.
        public var percentage: Percent?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("destination", &destination, .required)
            visitor.field("percentage", &percentage)
        }
    }

    /// A share in percent.
    public struct Percent: ConfigFields {
        /// Between 0 and 100.
        public var value: Double = 0

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("value", &value)
        }
    }
}
