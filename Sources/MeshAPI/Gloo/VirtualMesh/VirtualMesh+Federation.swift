extension VirtualMesh {
    /// Which services the meshes share.
    public struct Federation: ConfigFields {
        /// The services and the meshes that see them; none means nothing is shared.
        public var selectors: [FederationSelector] = []
        /// All services to all meshes; superseded by `selectors: [{}]`.
        public var permissive: ConfigValue = .null
        /// The gateways for traffic between clusters.
        public var eastWestIngressGatewaySelectors: [IngressGatewaySelector] = []
        /// Whether endpoints reach each other without gateways.
        public var flatNetwork: Bool = false
        /// The end of the shared names; `global` when empty.
        public var hostnameSuffix: String = ""
        /// Probes on connections between clusters and to external services.
        public var tcpKeepalive: TCPKeepalive?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("selectors", &selectors)
            visitor.field("permissive", &permissive)
            visitor.field("eastWestIngressGatewaySelectors", &eastWestIngressGatewaySelectors)
            visitor.field("flatNetwork", &flatNetwork)
            visitor.field("hostnameSuffix", &hostnameSuffix)
            visitor.field("tcpKeepalive", &tcpKeepalive)
        }
    }

    /// Services, and the meshes that see them.
    public struct FederationSelector: ConfigFields {
        /// The services; all when there are none.
        public var destinationSelectors: [DestinationSelector] = []
        /// The meshes; all when there are none.
        public var meshes: [ObjectRef] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("destinationSelectors", &destinationSelectors)
            visitor.field("meshes", &meshes)
        }
    }

    /// Probes on idle connections.
    public struct TCPKeepalive: ConfigFields {
        /// How many probes may stay unanswered.
        public var probes: UInt32 = 0
        /// How long a connection is idle before the first probe.
        public var time: Duration?
        /// The time between probes.
        public var interval: Duration?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("probes", &probes)
            visitor.field("time", &time)
            visitor.field("interval", &interval)
        }
    }
}
