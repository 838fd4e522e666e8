/// A pod.
public struct Pod: ConfigFields {
    /// The service account.
    public var serviceAccountName: String = ""
    /// The node.
    public var nodeName: String = ""
    /// Whether it shares the node's network.
    public var hostNetwork: Bool = false
    /// The containers.
    public var containers: [Container] = []
    /// The fields that Petrel has no use for, kept as they are.
    public var unknownFields = OrderedFields()

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("serviceAccountName", &serviceAccountName)
        visitor.field("nodeName", &nodeName)
        visitor.field("hostNetwork", &hostNetwork)
        visitor.field("containers", &containers)
        visitor.unknownFields(&unknownFields)
    }
}

extension Pod {
    /// A container.
    public struct Container: ConfigFields {
        /// The name.
        public var name: String = ""
        /// The ports it says it listens on.
        public var ports: [Port] = []
        /// The fields that Petrel has no use for, kept as they are.
        public var unknownFields = OrderedFields()

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name)
            visitor.field("ports", &ports)
            visitor.unknownFields(&unknownFields)
        }
    }

    /// A port of a container.
    public struct Port: ConfigFields {
        /// The name.
        public var name: String = ""
        /// The number.
        public var containerPort: UInt32 = 0
        /// TCP, UDP or SCTP; TCP when empty.
        public var `protocol`: String = ""
        /// The fields that Petrel has no use for, kept as they are.
        public var unknownFields = OrderedFields()

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name)
            visitor.field("containerPort", &containerPort)
            visitor.field("protocol", &`protocol`)
            visitor.unknownFields(&unknownFields)
        }
    }
}
