/// Fault injection, compiled.
public struct FaultPlan: BitwiseCopyable, Sendable {
    /// How long a request is held.
    public var delayMilliseconds: Int64 = 0
    /// Per 1,000,000: how many requests are held.
    public var delayPerMillion: UInt32 = 0
    /// HTTP status of the answer to aborted requests; 0 for a gRPC status.
    public var abortStatus: UInt16 = 0
    /// gRPC status of the answer to aborted requests.
    public var abortGRPCStatus: UInt32 = 0
    /// Per 1,000,000: how many requests are aborted.
    public var abortPerMillion: UInt32 = 0
    /// Most faults at once; nil for no limit.
    public var maximumActive: UInt32?
    /// Only requests with these headers.
    public var headers = FlatArray<HeaderMatcher>()
    /// Only requests to this cluster; empty for every one.
    public var upstreamCluster = FlatText()
}

/// Cross-origin resource sharing, compiled.
public struct CORSPlan: BitwiseCopyable, Sendable {
    /// Origins allowed.
    public var origins = FlatArray<StringMatcher>()
    /// `Access-Control-Allow-Methods`.
    public var allowMethods = FlatText()
    /// `Access-Control-Allow-Headers`.
    public var allowHeaders = FlatText()
    /// `Access-Control-Expose-Headers`.
    public var exposeHeaders = FlatText()
    /// `Access-Control-Max-Age`.
    public var maximumAge = FlatText()
    /// `Access-Control-Allow-Credentials`.
    public var allowsCredentials = false
    /// Sends preflights of other origins on to the origin. Default true.
    public var forwardsUnmatchedPreflights = true
    /// Per 1,000,000: how often it is enforced.
    public var enabledPerMillion: UInt32 = 1_000_000
}
