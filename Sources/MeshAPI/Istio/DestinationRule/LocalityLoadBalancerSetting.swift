/// Preference for near endpoints.
public struct LocalityLoadBalancerSetting: ConfigFields {
    /// Fixed shares by the place of the client.
    public var distribute: [Distribute] = []
    /// The region that takes over from another.
    public var failover: [Failover] = []
    /// Labels that endpoints and client should share, the most important first.
    public var failoverPriority: [String] = []
    /// Whether the setting is in force.
    public var enabled: Bool?

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("distribute", &distribute)
        visitor.field("failover", &failover)
        visitor.field("failoverPriority", &failoverPriority)
        visitor.field("enabled", &enabled)
    }
}

extension LocalityLoadBalancerSetting {
    /// Shares for the clients of one place.
    public struct Distribute: ConfigFields {
        /// The place of the client.
        public var from: String = ""
        /// The share in percent for each place of endpoints.
        public var to: [String: UInt32] = [:]

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("from", &from)
            visitor.field("to", &to)
        }
    }

    /// The region that takes over from another.
    public struct Failover: ConfigFields {
        /// The region that fails.
        public var from: String = ""
        /// The region that takes over.
        public var to: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("from", &from)
            visitor.field("to", &to)
        }
    }
}

/// Preference for endpoints of the same zone.
public struct ZoneAwareLoadBalancerSetting: ConfigFields {
    /// Whether the setting is in force.
    public var enabled: Bool?
    /// The region that takes over from another.
    public var failover: [LocalityLoadBalancerSetting.Failover] = []
    /// Labels that endpoints and client should share, the most important first.
    public var failoverPriority: [String] = []
    /// The number of endpoints below which zones don't matter.
    public var minClusterSize: UInt64?

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("enabled", &enabled)
        visitor.field("failover", &failover)
        visitor.field("failoverPriority", &failoverPriority)
        visitor.field("minClusterSize", &minClusterSize, .range(1...1.8446744073709552e19))
    }
}
