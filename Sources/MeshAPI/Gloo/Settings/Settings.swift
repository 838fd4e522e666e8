/// The settings of Gloo Mesh.
public struct Settings: ConfigFields {
    /// TLS towards Destinations that have no policy.
    public var mtls: TrafficPolicy.MTLS?
    /// Servers that may change the output; kept as they are.
    public var networkingExtensionServers: [ExtensionServer] = []
    /// Settings of discovery; kept as they are.
    public var discovery: ConfigValue = .null
    /// Settings of the relay.
    public var relay: Relay?

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("mtls", &mtls)
        visitor.field("networkingExtensionServers", &networkingExtensionServers)
        visitor.field("discovery", &discovery)
        visitor.field("relay", &relay)
    }
}

extension Settings {
    /// A server that may change the output.
    public struct ExtensionServer: ConfigFields {
        /// Its address.
        public var address: String = ""
        /// Whether TLS isn't used.
        public var insecure: Bool = false
        /// Whether it is reconnected.
        public var reconnectOnNetworkFailures: Bool?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("address", &address)
            visitor.field("insecure", &insecure)
            visitor.field("reconnectOnNetworkFailures", &reconnectOnNetworkFailures)
        }
    }

    /// Settings of the relay.
    public struct Relay: ConfigFields {
        /// Whether agents connect to the management plane.
        public var enabled: Bool = false
        /// The address of the management plane.
        public var server: ExtensionServer?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("enabled", &enabled)
            visitor.field("server", &server)
        }
    }
}
