/// The ports at which a gateway's proxies take traffic.
public struct Gateway: ConfigFields {
    /// The ports, each with hosts and TLS.
    public var servers: [Server] = []
    /// The labels of the proxies.
    public var selector: [String: String] = [:]

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("servers", &servers)
        visitor.field("selector", &selector)
    }
}

extension Gateway {
    /// A port of a gateway.
    public struct Server: ConfigFields {
        /// The port.
        public var port: Port?
        /// The address or socket; all addresses when empty.
        public var bind: String = ""
        /// The hosts that are served, as `host` or `namespace/host`.
        public var hosts: [String] = []
        /// TLS towards the clients.
        public var tls: ServerTLSSettings?
        /// Has no effect at gateways.
        public var defaultEndpoint: String = ""
        /// The name of the server, for statistics.
        public var name: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("port", &port, .required)
            visitor.field("bind", &bind)
            visitor.field("hosts", &hosts, .required)
            visitor.field("tls", &tls)
            visitor.field("defaultEndpoint", &defaultEndpoint)
            visitor.field("name", &name)
        }
    }

    /// A port of a gateway.
    public struct Port: ConfigFields {
        /// The port number.
        public var number: UInt32 = 0
        /// The protocol: HTTP, HTTPS, GRPC, GRPC-WEB, HTTP2, MONGO, TCP or TLS.
        public var `protocol`: String = ""
        /// The name.
        public var name: String = ""
        /// Has no effect.
        public var targetPort: UInt32 = 0

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("number", &number, .required)
            visitor.field("protocol", &`protocol`, .required)
            visitor.field("name", &name, .required)
            visitor.field("targetPort", &targetPort)
        }
    }
}
