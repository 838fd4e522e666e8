/// A part of the endpoints of a Kubernetes service.
public struct EndpointSlice: ConfigFields {
    /// IPv4, IPv6 or FQDN.
    public var addressType: String = ""
    /// The endpoints.
    public var endpoints: [Endpoint] = []
    /// The ports of every endpoint.
    public var ports: [Port] = []
    /// The fields that Petrel has no use for, kept as they are.
    public var unknownFields = OrderedFields()

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("addressType", &addressType)
        visitor.field("endpoints", &endpoints)
        visitor.field("ports", &ports)
        visitor.unknownFields(&unknownFields)
    }
}

extension EndpointSlice {
    /// Endpoints with the same state.
    public struct Endpoint: ConfigFields {
        /// The addresses.
        public var addresses: [String] = []
        /// Its state.
        public var conditions: Conditions?
        /// Its host name.
        public var hostname: String = ""
        /// The node.
        public var nodeName: String = ""
        /// The pod behind it.
        public var targetRef: ConfigValue = .null
        /// The zone.
        public var zone: String = ""
        /// The fields that Petrel has no use for, kept as they are.
        public var unknownFields = OrderedFields()

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("addresses", &addresses)
            visitor.field("conditions", &conditions)
            visitor.field("hostname", &hostname)
            visitor.field("nodeName", &nodeName)
            visitor.field("targetRef", &targetRef)
            visitor.field("zone", &zone)
            visitor.unknownFields(&unknownFields)
        }
    }

    /// The state of an endpoint.
    public struct Conditions: ConfigFields {
        /// Whether it takes traffic; true when unset.
        public var ready: Bool?
        /// Whether it can take traffic.
        public var serving: Bool?
        /// Whether it is going.
        public var terminating: Bool?
        /// The fields that Petrel has no use for, kept as they are.
        public var unknownFields = OrderedFields()

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("ready", &ready)
            visitor.field("serving", &serving)
            visitor.field("terminating", &terminating)
            visitor.unknownFields(&unknownFields)
        }
    }

    /// A port of endpoints.
    public struct Port: ConfigFields {
        /// The name, which is that of the service's port.
        public var name: String = ""
        /// The number.
        public var port: UInt32?
        /// TCP, UDP or SCTP; TCP when empty.
        public var `protocol`: String = ""
        /// The protocol of the application.
        public var appProtocol: String = ""
        /// The fields that Petrel has no use for, kept as they are.
        public var unknownFields = OrderedFields()

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name)
            visitor.field("port", &port)
            visitor.field("protocol", &`protocol`)
            visitor.field("appProtocol", &appProtocol)
            visitor.unknownFields(&unknownFields)
        }
    }
}
