extension TrafficPolicy {
    /// Faults that are injected for tests.
    public struct FaultInjection: ConfigFields {
        /// A delay.
        public var fixedDelay: Duration?
        /// An error.
        public var abort: Abort?
        /// The share of requests; all when unset.
        public var percentage: Double?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("fixedDelay", &fixedDelay)
            visitor.field("abort", &abort)
            visitor.field("percentage", &percentage)
            visitor.oneOf(["fixedDelay", "abort"])
        }
    }

    /// An error that answers a request.
    public struct Abort: ConfigFields {
        /// The status.
        public var httpStatus: Int32 = 0

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("httpStatus", &httpStatus)
        }
    }

    /// How failed requests are retried.
    public struct RetryPolicy: ConfigFields {
        /// How many retries are made.
        public var attempts: Int32 = 0
        /// How long each attempt may take.
        public var perTryTimeout: Duration?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("attempts", &attempts)
            visitor.field("perTryTimeout", &perTryTimeout)
        }
    }

    /// What cross-origin requests are allowed.
    public struct CorsPolicy: ConfigFields {
        /// Allowed origins.
        public var allowOrigins: [StringMatch] = []
        /// Allowed methods.
        public var allowMethods: [String] = []
        /// Request headers that are allowed.
        public var allowHeaders: [String] = []
        /// Response headers that scripts may read.
        public var exposeHeaders: [String] = []
        /// How long the answer to a preflight may be cached.
        public var maxAge: Duration?
        /// Whether credentials may be sent.
        public var allowCredentials: Bool?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("allowOrigins", &allowOrigins)
            visitor.field("allowMethods", &allowMethods)
            visitor.field("allowHeaders", &allowHeaders)
            visitor.field("exposeHeaders", &exposeHeaders)
            visitor.field("maxAge", &maxAge)
            visitor.field("allowCredentials", &allowCredentials)
        }
    }

    /// Changes to headers.
    public struct HeaderManipulation: ConfigFields {
        /// Headers to add to requests.
        public var appendRequestHeaders: [String: String] = [:]
        /// Headers to remove from requests.
        public var removeRequestHeaders: [String] = []
        /// Headers to add to responses.
        public var appendResponseHeaders: [String: String] = [:]
        /// Headers to remove from responses.
        public var removeResponseHeaders: [String] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("appendRequestHeaders", &appendRequestHeaders)
            visitor.field("removeRequestHeaders", &removeRequestHeaders)
            visitor.field("appendResponseHeaders", &appendResponseHeaders)
            visitor.field("removeResponseHeaders", &removeResponseHeaders)
        }
    }

    /// When endpoints that fail are left out.
    public struct OutlierDetection: ConfigFields {
        /// How many errors in a row it takes; 5 when 0.
        public var consecutiveErrors: UInt32 = 0
        /// The time between sweeps; 10s when unset.
        public var interval: Duration?
        /// How long an endpoint is left out; 30s when unset.
        public var baseEjectionTime: Duration?
        /// The share of endpoints that may be left out; 100 when 0.
        public var maxEjectionPercent: UInt32 = 0

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("consecutiveErrors", &consecutiveErrors)
            visitor.field("interval", &interval)
            visitor.field("baseEjectionTime", &baseEjectionTime)
            visitor.field("maxEjectionPercent", &maxEjectionPercent)
        }
    }
}
