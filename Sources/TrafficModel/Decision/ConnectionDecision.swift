/// What becomes of a client's connection. Indexes refer to the
/// ``TrafficTables`` that decided.
public struct ConnectionDecision: BitwiseCopyable, Sendable {
    /// What the chosen chain does.
    public enum Handling: UInt8, BitwiseCopyable, Sendable {
        /// Close it: see `reason`.
        case close
        /// Speak HTTP: decide each request with ``TrafficTables/decide(_:on:facts:random:)``.
        case http
        /// Relay bytes to `cluster`.
        case tcp
    }

    /// Outcome.
    public var verdict = Verdict.failed
    /// Why, when it isn't allowed.
    public var reason = Reason.noListener
    /// What to do with the connection.
    public var handling = Handling.close
    /// Index of the listener, -1 when there is none.
    public var listener: Int32 = -1
    /// Index of the chain in the listener, -1 when there is none.
    public var chain: Int32 = -1
    /// For TCP: index of the cluster, -1 when there is none.
    public var cluster: Int32 = -1
    /// For TCP: index in the proxy's weighted clusters.
    public var target: Int32 = -1
    /// What network access rules said.
    public var access = AccessVerdict()

    init() {}
}

/// What becomes of one request. Indexes refer to the ``TrafficTables`` that decided.
public struct RequestDecision: BitwiseCopyable, Sendable {
    /// Outcome.
    public var verdict = Verdict.failed
    /// Why, when it isn't forwarded.
    public var reason = Reason.noRoute
    /// Status of the answer the proxy gives itself; 0 when it is forwarded.
    public var status: UInt16 = 0
    /// Index of the listener.
    public var listener: Int32 = -1
    /// Index of the chain in the listener.
    public var chain: Int32 = -1
    /// Index of the route configuration, -1 for one inside the listener or none.
    public var routeConfiguration: Int32 = -1
    /// Index of the virtual host, -1 when there is none.
    public var virtualHost: Int32 = -1
    /// Index of the route in the virtual host, -1 when there is none.
    public var route: Int32 = -1
    /// Index in the route's clusters, -1 when there is none.
    public var target: Int32 = -1
    /// Index of the cluster, -1 when there is none.
    public var cluster: Int32 = -1
    /// What HTTP access rules said.
    public var access = AccessVerdict()

    init() {}
}
