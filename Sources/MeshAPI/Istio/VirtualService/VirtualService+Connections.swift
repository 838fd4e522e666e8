extension VirtualService {
    /// A rule for TLS that isn't terminated.
    public struct TLSRoute: ConfigFields {
        /// The conditions, of which one must be met.
        public var match: [TLSMatchAttributes] = []
        /// Where the connections go.
        public var route: [RouteDestination] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("match", &match, .required)
            visitor.field("route", &route)
        }
    }

    /// A rule for TCP connections.
    public struct TCPRoute: ConfigFields {
        /// The conditions, of which one must be met; none means all connections.
        public var match: [L4MatchAttributes] = []
        /// Where the connections go.
        public var route: [RouteDestination] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("match", &match)
            visitor.field("route", &route)
        }
    }

    /// Conditions that a TLS connection must meet, all of them.
    public struct TLSMatchAttributes: ConfigFields {
        /// The server names, of which one must be asked for.
        public var sniHosts: [String] = []
        /// The blocks of addresses that the client dialled.
        public var destinationSubnets: [String] = []
        /// The port that the client dialled.
        public var port: UInt32 = 0
        /// The labels of the client.
        public var sourceLabels: [String: String] = [:]
        /// The gateways for which the condition stands, instead of those of the object.
        public var gateways: [String] = []
        /// The namespace of the client.
        public var sourceNamespace: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("sniHosts", &sniHosts, .required)
            visitor.field("destinationSubnets", &destinationSubnets)
            visitor.field("port", &port)
            visitor.field("sourceLabels", &sourceLabels)
            visitor.field("gateways", &gateways)
            visitor.field("sourceNamespace", &sourceNamespace)
        }
    }

    /// Conditions that a connection must meet, all of them.
    public struct L4MatchAttributes: ConfigFields {
        /// The blocks of addresses that the client dialled.
        public var destinationSubnets: [String] = []
        /// The port that the client dialled.
        public var port: UInt32 = 0
        /// The block of addresses of the client; not supported.
        public var sourceSubnet: String = ""
        /// The labels of the client.
        public var sourceLabels: [String: String] = [:]
        /// The gateways for which the condition stands, instead of those of the object.
        public var gateways: [String] = []
        /// The namespace of the client.
        public var sourceNamespace: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("destinationSubnets", &destinationSubnets)
            visitor.field("port", &port)
            visitor.field("sourceSubnet", &sourceSubnet)
            visitor.field("sourceLabels", &sourceLabels)
            visitor.field("gateways", &gateways)
            visitor.field("sourceNamespace", &sourceNamespace)
        }
    }
}
