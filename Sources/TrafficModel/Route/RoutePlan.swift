/// One route, compiled: what is done with a request that matched.
public struct RoutePlan: BitwiseCopyable, Sendable {
    /// What is done.
    public enum Action: UInt8, BitwiseCopyable, Sendable {
        case forward, redirect, directResponse
        /// `non_forwarding_action`: a proxy can't serve it.
        case none
    }

    /// How the cluster is found.
    public enum ClusterSelection: UInt8, BitwiseCopyable, Sendable {
        /// `clusters[0]`.
        case single
        /// By weight among `clusters`.
        case weighted
        /// The request header `clusterHeader` names it.
        case header
    }

    /// How Host is rewritten towards the origin.
    public enum HostRewrite: UInt8, BitwiseCopyable, Sendable {
        case none
        /// To `hostText`.
        case literal
        /// To the endpoint's host name.
        case automatic
        /// To the value of the request header `hostText`.
        case header
        /// `hostRegex` applied to the path.
        case pathRegex
    }

    /// How the path is rewritten towards the origin.
    public enum PathRewrite: UInt8, BitwiseCopyable, Sendable {
        case none
        /// The matched prefix (or the whole matched path) becomes `pathText`.
        case prefix
        /// `pathRegex` applied to the path without its query.
        case regex
        /// The path without its query becomes `pathTemplate`.
        case template
    }

    /// The route's name; empty when it has none.
    public var name = FlatText()
    /// What is done.
    public var action = Action.forward
    /// Redirect settings: one element for a redirect.
    public var redirect = FlatArray<RedirectPlan>()
    /// Direct response: its status.
    public var responseStatus: UInt16 = 0
    /// Direct response: its body.
    public var responseBody = FlatText()
    /// How the cluster is found.
    public var selection = ClusterSelection.single
    /// The clusters.
    public var clusters = FlatArray<WeightedTarget>()
    /// Sum of the weights.
    public var totalWeight: UInt64 = 1
    /// The request header that names the cluster.
    public var clusterHeader = FlatText()
    /// Status when the cluster doesn't exist. Default 503.
    public var clusterNotFoundStatus: UInt16 = 503
    /// Host rewrite.
    public var hostRewrite = HostRewrite.none
    /// Its text: the literal or the header name.
    public var hostText = FlatText()
    /// Its regular expression.
    public var hostRegex = FlatArray<RegexRewrite>()
    /// Adds `x-forwarded-host` with the original Host when it is rewritten.
    public var appendsForwardedHost = false
    /// Path rewrite.
    public var pathRewrite = PathRewrite.none
    /// Its text.
    public var pathText = FlatText()
    /// Its regular expression.
    public var pathRegex = FlatArray<RegexRewrite>()
    /// Its formatted text.
    public var pathTemplate = ValueTemplate()
    /// Time for the whole answer; nil for no limit. Envoy's default is 15 s.
    public var timeoutMilliseconds: Int64? = 15_000
    /// Stream idle limit of this route; nil leaves the manager's. 0 turns it off.
    public var idleTimeoutMilliseconds: Int64?
    /// Most time a stream of this route may take; nil leaves the manager's. 0 turns it off.
    public var maximumStreamMilliseconds: Int64?
    /// Whether the route sets `max_stream_duration`: then its `timeout` does not count, as in Envoy.
    public var replacesTimeoutByDuration = false
    /// Bound of the client's `grpc-timeout`; nil ignores that header, 0 takes it unbounded.
    public var maximumGRPCTimeoutMilliseconds: Int64?
    /// Retry policy of this route: zero or one element.
    public var retry = FlatArray<RetryPlan>()
    /// Hash policies for consistent hashing.
    public var hashPolicies = FlatArray<HashPolicy>()
    /// Mirrors of this route.
    public var mirrors = FlatArray<MirrorPlan>()
    /// CORS from the route itself (deprecated field); the filter override comes first.
    public var cors = FlatArray<CORSPlan>()
    /// Upgrades allowed or forbidden on this route.
    public var upgrades = FlatArray<UpgradePlan>()
    /// Request header changes of this route.
    public var requestHeaders = FlatArray<HeaderMutation>()
    /// Response header changes of this route.
    public var responseHeaders = FlatArray<HeaderMutation>()
    /// Filter settings of this route.
    public var overrides = FlatArray<FilterOverride>()
    /// Waits at most for this many bytes before it decides to retry; nil for the connection's limit.
    public var bufferLimit: Int?
    /// Priority `HIGH`: the other circuit breaker thresholds count.
    public var highPriority = false
}

/// A redirect.
public struct RedirectPlan: BitwiseCopyable, Sendable {
    /// Which part of the path is replaced.
    public enum Path: UInt8, BitwiseCopyable, Sendable {
        case keep
        /// Whole path and query become `pathText`.
        case replace
        /// The matched prefix becomes `pathText`.
        case prefix
        /// `regex` applied to the path.
        case regex
    }

    /// 301, 302, 303, 307 or 308.
    public var status: UInt16 = 301
    /// New scheme; empty keeps the request's.
    public var scheme = FlatText()
    /// New host; empty keeps the request's.
    public var host = FlatText()
    /// New port; 0 keeps the request's.
    public var port: UInt32 = 0
    /// How the path changes.
    public var path = Path.keep
    /// Its text.
    public var pathText = FlatText()
    /// Its regular expression.
    public var regex = FlatArray<RegexRewrite>()
    /// Drops the query.
    public var stripsQuery = false
}

/// A regular expression with what each of its matches is replaced by.
public struct RegexRewrite: BitwiseCopyable, Sendable {
    /// The pattern.
    public var pattern = RegexProgram()
    /// The replacement: `\1` stands for a group, `\0` for the whole match, `\\` for a backslash.
    public var substitution = FlatText()
}

/// A copy of requests sent to another cluster, whose answer is thrown away.
public struct MirrorPlan: BitwiseCopyable, Sendable {
    /// The cluster that gets the copies.
    public var cluster = ClusterReference()
    /// The request header that names it instead, when not empty.
    public var clusterHeader = FlatText()
    /// Per 1,000,000: how many requests are copied.
    public var perMillion: UInt32 = 1_000_000
    /// Appends `-shadow` to the copy's Host.
    public var appendsShadowSuffix = true
}
