/// What the sidecars of some workloads know of the mesh, and on which ports they listen.
public struct Sidecar: ConfigFields {
    /// The workloads; all of the namespace when unset.
    public var workloadSelector: WorkloadSelector?
    /// The ports on which traffic to the workload is taken.
    public var ingress: [IngressListener] = []
    /// The ports on which traffic from the workload is taken, and the hosts it can reach.
    public var egress: [EgressListener] = []
    /// Limits of connections to the workload.
    public var inboundConnectionPool: ConnectionPoolSettings?
    /// What happens to traffic that no declared service takes.
    public var outboundTrafficPolicy: OutboundTrafficPolicy?

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("workloadSelector", &workloadSelector)
        visitor.field("ingress", &ingress)
        visitor.field("egress", &egress)
        visitor.field("inboundConnectionPool", &inboundConnectionPool)
        visitor.field("outboundTrafficPolicy", &outboundTrafficPolicy)
    }
}
