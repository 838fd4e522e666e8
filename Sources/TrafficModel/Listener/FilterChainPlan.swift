/// One filter chain of a listener, compiled: what to do with its connections.
public struct FilterChainPlan: BitwiseCopyable, Sendable {
    /// The chain's name; empty when it has none.
    public var name = FlatText()
    /// Whether it is the listener's default chain.
    public var isDefault = false
    /// What it asks of a connection.
    public var criteria = FilterChainCriteria()
    /// Network RBAC filters before the terminal filter, in order.
    public var accessRules = FlatArray<AccessRules>()
    /// Local rate limit on connections, when there is one.
    public var rateLimit = FlatArray<RateLimitPlan>()
    /// The HTTP connection manager: one element when the chain speaks HTTP.
    public var manager = FlatArray<ConnectionManagerPlan>()
    /// The TCP proxy: one element when the chain relays bytes.
    public var tcpProxy = FlatArray<TCPProxyPlan>()
    /// SNI picks the upstream host (`sni_dynamic_forward_proxy`): the port to
    /// dial it on; 0 when that filter is absent.
    public var dynamicForwardPort: UInt16 = 0
    /// TLS termination, at gateways: one element when the client's TLS ends here.
    public var downstreamTLS = FlatArray<DownstreamTLSPlan>()
    /// Time in which the client's TLS handshake must be over; 0 for no limit.
    public var transportTimeoutMilliseconds: Int64 = 0
}

/// TLS towards the client, at gateways.
public struct DownstreamTLSPlan: BitwiseCopyable, Sendable {
    /// Certificates, versions, ALPN and the trusted CA for client certificates.
    public var common = TLSPlan()
    /// Whether a client must show a certificate.
    public var requiresClientCertificate = false
}

/// A network or HTTP local rate limit: a token bucket.
public struct RateLimitPlan: BitwiseCopyable, Sendable {
    /// Tokens the bucket holds at most, and at first.
    public var maximumTokens: UInt32 = 0
    /// Tokens added at each interval.
    public var tokensPerFill: UInt32 = 1
    /// Time between fills.
    public var fillMilliseconds: Int64 = 1000
    /// Per 1,000,000: how often the limit is looked at.
    public var enabledPerMillion: UInt32 = 1_000_000
    /// Per 1,000,000: how often an exhausted bucket refuses.
    public var enforcedPerMillion: UInt32 = 1_000_000
    /// Status of the refusal. Default 429.
    public var status: UInt16 = 429
    /// gRPC clients are told RESOURCE_EXHAUSTED rather than UNAVAILABLE.
    public var isResourceExhausted = false
    /// Header changes of the refusal.
    public var responseHeaders = FlatArray<HeaderMutation>()
    /// Header changes of a request that passes although the bucket is empty.
    public var requestHeaders = FlatArray<HeaderMutation>()
}
