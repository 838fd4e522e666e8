/// Says how the traffic to a host is carried once it has been routed there.
public struct DestinationRule: ConfigFields {
    /// The host of a service in the registry; short names belong to the object's namespace.
    public var host: String = ""
    /// Load balancing, connections, TLS and the like.
    public var trafficPolicy: TrafficPolicy?
    /// Parts of the service, with policies of their own.
    public var subsets: [Subset] = []
    /// The namespaces that see the rule: `.` for its own, `*` for all.
    public var exportTo: [String] = []
    /// The clients for which the rule stands; all when unset.
    public var workloadSelector: PolicyWorkloadSelector?

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("host", &host, .required)
        visitor.field("trafficPolicy", &trafficPolicy)
        visitor.field("subsets", &subsets)
        visitor.field("exportTo", &exportTo)
        visitor.field("workloadSelector", &workloadSelector)
    }
}

extension DestinationRule {
    /// A part of a service.
    public struct Subset: ConfigFields {
        /// The name by which routes refer to it.
        public var name: String = ""
        /// The labels of the endpoints that belong to it.
        public var labels: [String: String] = [:]
        /// What replaces the rule's policy.
        public var trafficPolicy: TrafficPolicy?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name, .required)
            visitor.field("labels", &labels)
            visitor.field("trafficPolicy", &trafficPolicy)
        }
    }
}
