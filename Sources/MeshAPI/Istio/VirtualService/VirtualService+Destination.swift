extension VirtualService {
    /// A service, or a part of one, that traffic goes to.
    public struct Destination: ConfigFields {
        /// The host of a service in the registry; short names belong to the object's namespace.
        public var host: String = ""
        /// The name of a subset of a DestinationRule.
        public var subset: String = ""
        /// The port, when the service has several.
        public var port: PortSelector?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("host", &host, .required)
            visitor.field("subset", &subset)
            visitor.field("port", &port)
        }
    }

    /// A destination of connections and its share.
    public struct RouteDestination: ConfigFields {
        /// The service.
        public var destination: Destination?
        /// The share, relative to the sum of all weights.
        public var weight: Int32 = 0

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("destination", &destination, .required)
            visitor.field("weight", &weight)
        }
    }
}
