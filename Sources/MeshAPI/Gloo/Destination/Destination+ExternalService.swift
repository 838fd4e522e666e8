extension Destination {
    /// A service outside the mesh.
    public struct ExternalService: ConfigFields {
        /// The name of the service, which becomes that of the ServiceEntry.
        public var name: String = ""
        /// The names under which clients reach the service; they need not exist in public DNS.
        public var hosts: [String] = []
        /// The addresses that stand for the service; one is made up when there are none.
        public var addresses: [String] = []
        /// The ports that clients dial.
        public var ports: [ServicePort] = []
        /// Where the requests go; the hosts themselves when there are none.
        public var endpoints: [ServiceEndpoint] = []
        /// The clusters and namespaces that see the service; all when there are none.
        public var exportTo: [ExportTo] = []
        /// How requests are changed on their way.
        public var options: Options?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name)
            visitor.field("hosts", &hosts)
            visitor.field("addresses", &addresses)
            visitor.field("ports", &ports)
            visitor.field("endpoints", &endpoints)
            visitor.field("exportTo", &exportTo)
            visitor.field("options", &options)
        }
    }

    /// A port that clients dial.
    public struct ServicePort: ConfigFields {
        /// The port number.
        public var number: UInt32 = 0
        /// The name of the port, by which endpoints refer to it.
        public var name: String = ""
        /// The protocol: HTTP, HTTPS, GRPC, HTTP2, MONGO, TCP or TLS.
        public var `protocol`: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("number", &number)
            visitor.field("name", &name)
            visitor.field("protocol", &`protocol`)
        }
    }

    /// A place where requests go.
    public struct ServiceEndpoint: ConfigFields {
        /// A domain name or an IP address.
        public var address: String = ""
        /// The endpoint's port for each named port of the service.
        public var ports: [String: UInt32] = [:]

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("address", &address)
            visitor.field("ports", &ports)
        }
    }

    /// Clusters and namespaces that see a service.
    public struct ExportTo: ConfigFields {
        /// The clusters; all when there are none.
        public var clusters: [String] = []
        /// The namespaces; all when there are none.
        public var namespaces: [String] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("clusters", &clusters)
            visitor.field("namespaces", &namespaces)
        }
    }

    /// How requests to an external service are changed.
    public struct Options: ConfigFields {
        /// Whether the Host header becomes the name of the endpoint; true when unset.
        public var autoHostRewrite: Bool?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("autoHostRewrite", &autoHostRewrite)
        }
    }
}
