/// One route configuration, compiled.
public struct RouteConfigurationPlan: BitwiseCopyable, Sendable {
    /// The resource's name, `80`.
    public var name = FlatText()
    /// Virtual hosts in the order written.
    public var virtualHosts = FlatArray<VirtualHostPlan>()
    /// Domain to virtual host.
    var domains = DomainTable()
    /// Ignores a port in Host when it looks for the virtual host.
    public var ignoresPort = false
    /// Request header changes of every route.
    public var requestHeaders = FlatArray<HeaderMutation>()
    /// Response header changes of every route.
    public var responseHeaders = FlatArray<HeaderMutation>()
    /// Whether route level header changes come after the general ones, and so win.
    public var mostSpecificHeadersWin = false
    /// Filter settings of every route.
    public var overrides = FlatArray<FilterOverride>()
    /// Mirrors of every route that has none of its own.
    public var mirrors = FlatArray<MirrorPlan>()
}

/// One virtual host, compiled.
public struct VirtualHostPlan: BitwiseCopyable, Sendable {
    /// Whether plain requests are redirected to `https`.
    public enum TLSRequirement: UInt8, BitwiseCopyable, Sendable {
        case none
        /// Requests from outside only.
        case external
        case all
    }

    /// Its name, `api.example.com:80`.
    public var name = FlatText()
    /// What its routes ask of a request, in order; same count as `routes`.
    var matchers = FlatArray<RouteMatcher>()
    /// Its routes, in order.
    public var routes = FlatArray<RoutePlan>()
    /// Whether plain requests are redirected to `https`.
    public var requiresTLS = TLSRequirement.none
    /// Request header changes of its routes.
    public var requestHeaders = FlatArray<HeaderMutation>()
    /// Response header changes of its routes.
    public var responseHeaders = FlatArray<HeaderMutation>()
    /// Filter settings of its routes.
    public var overrides = FlatArray<FilterOverride>()
    /// Retry policy of routes without one: zero or one element.
    public var retry = FlatArray<RetryPlan>()
    /// Mirrors of routes without any.
    public var mirrors = FlatArray<MirrorPlan>()
    /// Tells the origin which attempt this is (`x-envoy-attempt-count`).
    public var includesAttemptCount = false
    /// Tells the client how many attempts there were.
    public var includesAttemptCountInResponse = false
}
