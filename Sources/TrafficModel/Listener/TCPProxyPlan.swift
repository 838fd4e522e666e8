/// A TCP proxy filter, compiled.
public struct TCPProxyPlan: BitwiseCopyable, Sendable {
    /// Prefix of the filter's statistics.
    public var statPrefix = FlatText()
    /// Clusters to choose from by weight; one element for a plain `cluster`.
    public var clusters = FlatArray<WeightedTarget>()
    /// Sum of the weights.
    public var totalWeight: UInt64 = 1
    /// Closes a connection without a byte in either direction for this long;
    /// nil never. Envoy's default is one hour.
    public var idleTimeoutMilliseconds: Int64? = 3_600_000
    /// Closes any connection this old; nil never.
    public var maximumDurationMilliseconds: Int64?
    /// Attempts to connect before giving up. Default 1.
    public var maximumConnectAttempts: UInt32 = 1
    /// Whether the endpoint is chosen by a hash of the source address.
    public var hashesSourceAddress = false
    /// Connect through an HTTP proxy: `host:port` template of the CONNECT
    /// request; empty when bytes go straight to the endpoint.
    public var tunnelAuthority = ValueTemplate()
    /// Whether `tunnelAuthority` is set.
    public var tunnels = false
    /// Headers added to the CONNECT request.
    public var tunnelHeaders = FlatArray<HeaderMutation>()
}

/// A cluster to send to, with its share and what is changed on the way there.
public struct WeightedTarget: BitwiseCopyable, Sendable {
    /// The cluster.
    public var cluster = ClusterReference()
    /// Share of the total weight.
    public var weight: UInt32 = 1
    /// Host rewrite of this share only; empty for none.
    public var hostRewrite = FlatText()
    /// Request header changes of this share.
    public var requestHeaders = FlatArray<HeaderMutation>()
    /// Response header changes of this share.
    public var responseHeaders = FlatArray<HeaderMutation>()
    /// Filter settings of this share.
    public var overrides = FlatArray<FilterOverride>()
}

/// A cluster by name, ready to be looked up without touching the name's bytes more than once.
public struct ClusterReference: BitwiseCopyable, Sendable {
    /// The name as configured.
    public var name = FlatText()
    /// Hash of the name.
    var hash: UInt64 = 0
}
