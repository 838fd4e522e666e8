/// An HTTP connection manager, compiled.
public struct ConnectionManagerPlan: BitwiseCopyable, Sendable {
    /// Which HTTP version is spoken with the client.
    public enum Codec: UInt8, BitwiseCopyable, Sendable {
        /// By ALPN or the HTTP/2 preface.
        case automatic
        case http1, http2
    }

    /// What to do with a path that holds `%2F`, `%2f`, `%5C` or `%5c`.
    public enum EscapedSlashes: UInt8, BitwiseCopyable, Sendable {
        /// Leave them as they are (Istio's and Envoy's default).
        case keep
        /// Answer 400.
        case reject
        /// Decode them and redirect the client with 307.
        case redirect
        /// Decode them and go on.
        case forward
    }

    /// What to do with header names that contain `_`.
    public enum Underscores: UInt8, BitwiseCopyable, Sendable {
        case allow, reject, drop
    }

    /// What the `server` response header says.
    public enum ServerHeader: UInt8, BitwiseCopyable, Sendable {
        /// Always ours.
        case overwrite
        /// Ours when the origin sent none.
        case appendIfAbsent
        /// The origin's, as it is.
        case passThrough
    }

    /// Prefix of the manager's statistics.
    public var statPrefix = FlatText()
    /// Protocol towards the client.
    public var codec = Codec.automatic
    /// Name of the route configuration served by RDS; empty for an inline one.
    public var routeConfigurationName = FlatText()
    /// Hash of that name.
    var routeConfigurationHash: UInt64 = 0
    /// The inline route configuration: one element when there is one.
    public var inlineRoutes = FlatArray<RouteConfigurationPlan>()
    /// HTTP filters in order, without those that change nothing.
    public var filters = FlatArray<HTTPFilterPlan>()
    /// Resolves `.` and `..`, decodes unreserved escapes before routing.
    public var normalizesPath = false
    /// Replaces runs of `/` by one before routing.
    public var mergesSlashes = false
    /// Paths with escaped slashes.
    public var escapedSlashes = EscapedSlashes.keep
    /// Header names with an underscore.
    public var underscores = Underscores.allow
    /// Removes the port from Host before routing: any port.
    public var stripsAnyHostPort = false
    /// Removes the port from Host before routing when it is the listener's own.
    public var stripsMatchingHostPort = false
    /// Removes a trailing dot from Host before routing.
    public var stripsTrailingHostDot = false
    /// Adds `x-request-id` when the request has none.
    public var generatesRequestID = true
    /// Keeps an `x-request-id` sent by an external client.
    public var preservesExternalRequestID = false
    /// Treats the peer's address as the client's: appends it to `x-forwarded-for`.
    public var usesRemoteAddress = false
    /// Doesn't append to `x-forwarded-for`.
    public var skipsForwardedForAppend = false
    /// Trusted proxies in front of this one.
    public var trustedHops: UInt32 = 0
    /// Sends 100-continue from the origin instead of answering it ourselves.
    public var proxiesContinue = false
    /// Text of the `server` header; `envoy` by default.
    public var serverName = FlatText()
    /// How the `server` header is treated.
    public var serverHeader = ServerHeader.overwrite
    /// Value of `via`; empty for none.
    public var via = FlatText()
    /// Says `x-request-id` in answers too.
    public var returnsRequestID = false
    /// Sends a client's `x-forwarded-client-cert` on, which is dropped otherwise.
    public var forwardsClientCertificate = false
    /// Adds none of Envoy's own headers (the router's `suppress_envoy_headers`).
    public var suppressesEnvoyHeaders = false
    /// Accepts HTTP/1.0 requests.
    public var acceptsHTTP10 = false
    /// Largest request head in bytes. Envoy's default is 60 KiB.
    public var maximumHeadBytes = 60 * 1024
    /// Most request headers. Envoy's default is 100.
    public var maximumHeaders = 100
    /// Most requests on one connection; 0 for no limit.
    public var maximumRequests: UInt32 = 0
    /// HTTP/2: most streams a client may have open.
    public var maximumConcurrentStreams: UInt32 = 1024
    /// Closes a client's idle connection; nil never. Default one hour.
    public var idleTimeoutMilliseconds: Int64? = 3_600_000
    /// Resets a stream without activity; nil never. Default five minutes.
    public var streamIdleTimeoutMilliseconds: Int64? = 300_000
    /// Time for the whole request to arrive; nil for no limit (the default).
    public var requestTimeoutMilliseconds: Int64?
    /// Time for the request's head to arrive; nil for no limit (the default).
    public var headTimeoutMilliseconds: Int64?
    /// Ends client connections this old; nil never.
    public var maximumDurationMilliseconds: Int64?
    /// Most time one stream may take; nil for no limit.
    public var maximumStreamMilliseconds: Int64?
    /// How long an HTTP/2 client is told to go away before it is closed. Default 5 s.
    public var drainMilliseconds: Int64 = 5000
    /// Upgrades allowed (`websocket`, `CONNECT`).
    public var upgrades = FlatArray<UpgradePlan>()
}

/// Whether one kind of upgrade is allowed.
public struct UpgradePlan: BitwiseCopyable, Sendable {
    /// `websocket`, `CONNECT`, ... compared without case.
    public var type = FlatText()
    /// Whether it is switched on.
    public var enabled = true
    /// For CONNECT on a route: the proxy ends it and sends the payload on as bytes.
    public var terminatesConnect = false
}

/// One HTTP filter that does something.
public struct HTTPFilterPlan: BitwiseCopyable, Sendable {
    /// The kinds that the proxy runs.
    public enum Kind: UInt8, BitwiseCopyable, Sendable {
        case fault, cors, accessRules, rateLimit, dynamicForwardProxy, router
    }

    /// Which it is.
    public var kind = Kind.router
    /// Name in the configuration: route-level settings refer to it.
    public var name = FlatText()
    /// The router's `suppress_envoy_headers`.
    public var suppressesEnvoyHeaders = false
    /// Off unless a route switches it on.
    public var disabled = false
    /// Fault injection settings.
    public var fault = FlatArray<FaultPlan>()
    /// Access rules.
    public var access = FlatArray<AccessRules>()
    /// Refuses what the shadow rules of the filter of this name match: their
    /// decision belongs to an external service that this proxy doesn't ask.
    public var refusesShadowMatches = false
    /// Rate limit settings.
    public var rateLimit = FlatArray<RateLimitPlan>()
}

/// What one route, virtual host or weighted cluster says about one HTTP filter.
public struct FilterOverride: BitwiseCopyable, Sendable {
    /// The filter's name.
    public var name = FlatText()
    /// Switched off here.
    public var disabled = false
    /// Fault injection here.
    public var fault = FlatArray<FaultPlan>()
    /// CORS here.
    public var cors = FlatArray<CORSPlan>()
    /// Access rules here; see `replacesAccess`.
    public var access = FlatArray<AccessRules>()
    /// Whether `access` stands in for the filter's own rules (an empty one then allows everything).
    public var replacesAccess = false
    /// Rate limit here.
    public var rateLimit = FlatArray<RateLimitPlan>()
}
