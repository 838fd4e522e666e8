/// A retry policy, compiled.
public struct RetryPlan: BitwiseCopyable, Sendable {
    /// When a request is tried again, Envoy's `retry_on` words.
    public struct Conditions: OptionSet, BitwiseCopyable, Sendable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// The origin answered 5xx, or not at all.
        public static let serverError = Conditions(rawValue: 1 << 0)
        /// The origin answered 502, 503 or 504.
        public static let gatewayError = Conditions(rawValue: 1 << 1)
        /// The connection broke, or no answer came in time.
        public static let reset = Conditions(rawValue: 1 << 2)
        /// The connection broke before the request went out.
        public static let resetBeforeRequest = Conditions(rawValue: 1 << 3)
        /// No connection could be made.
        public static let connectFailure = Conditions(rawValue: 1 << 4)
        /// Answer 409.
        public static let retriable4xx = Conditions(rawValue: 1 << 5)
        /// HTTP/2 REFUSED_STREAM.
        public static let refusedStream = Conditions(rawValue: 1 << 6)
        /// A status of `statuses`.
        public static let retriableStatusCodes = Conditions(rawValue: 1 << 7)
        /// A response header of `responseHeaders`.
        public static let retriableHeaders = Conditions(rawValue: 1 << 8)
        /// `x-envoy-ratelimited` in the answer.
        public static let envoyRatelimited = Conditions(rawValue: 1 << 9)
        /// gRPC status 1.
        public static let grpcCancelled = Conditions(rawValue: 1 << 10)
        /// gRPC status 4.
        public static let grpcDeadlineExceeded = Conditions(rawValue: 1 << 11)
        /// gRPC status 13.
        public static let grpcInternal = Conditions(rawValue: 1 << 12)
        /// gRPC status 8.
        public static let grpcResourceExhausted = Conditions(rawValue: 1 << 13)
        /// gRPC status 14.
        public static let grpcUnavailable = Conditions(rawValue: 1 << 14)
        /// The HTTP/3 connection failed after the handshake.
        public static let http3PostConnectFailure = Conditions(rawValue: 1 << 15)
    }

    /// When.
    public var conditions = Conditions()
    /// Attempts after the first. Default 1.
    public var attempts: UInt32 = 1
    /// Time for one attempt; nil for what is left of the whole.
    public var perTryMilliseconds: Int64?
    /// Time without activity in one attempt; nil for no limit.
    public var perTryIdleMilliseconds: Int64?
    /// Statuses for `retriableStatusCodes`.
    public var statuses = FlatArray<UInt16>()
    /// Response headers for `retriableHeaders`.
    public var responseHeaders = FlatArray<HeaderMatcher>()
    /// Requests that may be retried at all; empty for every one.
    public var requestHeaders = FlatArray<HeaderMatcher>()
    /// First back-off interval. Default 25 ms.
    public var baseIntervalMilliseconds: Int64 = 25
    /// Longest back-off. Default ten times the base.
    public var maximumIntervalMilliseconds: Int64 = 250
    /// Does not try an endpoint twice while another is left.
    public var avoidsPreviousHosts = false
    /// Prefers priorities not tried yet.
    public var avoidsPreviousPriorities = false
    /// How often another endpoint is looked for. Default 1.
    public var hostSelectionAttempts: Int64 = 1
    /// Waits as long as the answer's Retry-After (or x-ratelimit-reset) asks: those header names.
    public var retryAfterHeaders = FlatArray<RetryAfterHeader>()
    /// Longest such wait. Default 300 s.
    public var maximumRetryAfterMilliseconds: Int64 = 300_000
}

/// A response header that says how long to wait before the next attempt.
public struct RetryAfterHeader: BitwiseCopyable, Sendable {
    /// Its name.
    public var name = FlatText()
    /// Whether the value is a Unix time rather than seconds from now.
    public var isUnixTime = false
}
