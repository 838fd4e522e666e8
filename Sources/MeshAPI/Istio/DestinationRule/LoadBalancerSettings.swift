/// How the endpoint of a request is chosen.
public struct LoadBalancerSettings: ConfigFields {
    /// An algorithm without memory.
    public var simple: SimpleLB?
    /// An algorithm that keeps a client at an endpoint.
    public var consistentHash: ConsistentHashLB?
    /// Preference for near endpoints.
    public var localityLbSetting: LocalityLoadBalancerSetting?
    /// Preference for endpoints of the same zone.
    public var zoneAwareLbSetting: ZoneAwareLoadBalancerSetting?
    /// How long a new endpoint gets less; superseded by `warmup`.
    public var warmupDurationSecs: Duration?
    /// How a new endpoint comes to its full share.
    public var warmup: WarmupConfiguration?

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("simple", &simple)
        visitor.field("consistentHash", &consistentHash)
        visitor.field("localityLbSetting", &localityLbSetting)
        visitor.field("zoneAwareLbSetting", &zoneAwareLbSetting)
        visitor.field("warmupDurationSecs", &warmupDurationSecs)
        visitor.field("warmup", &warmup)
        visitor.oneOf(["simple", "consistentHash"])
        visitor.oneOf(["warmupDurationSecs", "warmup"])
    }
}

extension LoadBalancerSettings {
    /// An algorithm without memory.
    public enum SimpleLB: String, ConfigEnum {
        /// The default, which is `leastRequest`.
        case unspecified = "UNSPECIFIED"
        /// The older name of `leastRequest`.
        case leastConnection = "LEAST_CONN"
        /// Any endpoint.
        case random = "RANDOM"
        /// The address that the client dialled.
        case passthrough = "PASSTHROUGH"
        /// One after the other.
        case roundRobin = "ROUND_ROBIN"
        /// The less busy of two that are drawn.
        case leastRequest = "LEAST_REQUEST"
    }

    /// How a new endpoint comes to its full share.
    public struct WarmupConfiguration: ConfigFields {
        /// How long it takes.
        public var duration: Duration?
        /// The share that it begins with; 10 when unset.
        public var minimumPercent: Double?
        /// The shape of the increase; 1 is linear.
        public var aggression: Double?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("duration", &duration, .required)
            visitor.field("minimumPercent", &minimumPercent, .range(0...100))
            visitor.field("aggression", &aggression, .range(0...1.7976931348623157e308))
        }
    }
}
