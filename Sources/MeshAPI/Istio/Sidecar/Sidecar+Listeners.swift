extension Sidecar {
    /// A port on which traffic to a workload is taken.
    public struct IngressListener: ConfigFields {
        /// The port.
        public var port: SidecarPort?
        /// The address or socket; the workload's address when empty.
        public var bind: String = ""
        /// How the traffic comes to the listener.
        public var captureMode: CaptureMode = .zero
        /// Where the workload listens: `127.0.0.1:PORT`, `0.0.0.0:PORT` or a socket.
        public var defaultEndpoint: String = ""
        /// TLS towards the clients.
        public var tls: ServerTLSSettings?
        /// Limits of connections to the workload.
        public var connectionPool: ConnectionPoolSettings?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("port", &port, .required)
            visitor.field("bind", &bind)
            visitor.field("captureMode", &captureMode)
            visitor.field("defaultEndpoint", &defaultEndpoint)
            visitor.field("tls", &tls)
            visitor.field("connectionPool", &connectionPool)
        }
    }

    /// A port on which traffic from a workload is taken.
    public struct EgressListener: ConfigFields {
        /// The port; all other ports when unset.
        public var port: SidecarPort?
        /// The address or socket.
        public var bind: String = ""
        /// How the traffic comes to the listener.
        public var captureMode: CaptureMode = .zero
        /// The services it can reach, as `namespace/host`.
        public var hosts: [String] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("port", &port)
            visitor.field("bind", &bind)
            visitor.field("captureMode", &captureMode)
            visitor.field("hosts", &hosts, .required)
        }
    }

    /// What happens to traffic that no declared service takes.
    public struct OutboundTrafficPolicy: ConfigFields {
        /// What happens to such traffic; refused when the policy is written without a mode.
        public var mode: MeshConfig.OutboundTrafficPolicy.Mode = .zero
        /// The proxy that takes such traffic.
        public var egressProxy: VirtualService.Destination?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("mode", &mode)
            visitor.field("egressProxy", &egressProxy)
        }
    }

    /// A port of a listener.
    public struct SidecarPort: ConfigFields {
        /// The port number.
        public var number: UInt32 = 0
        /// The protocol.
        public var `protocol`: String = ""
        /// The name.
        public var name: String = ""
        /// Has no effect.
        public var targetPort: UInt32 = 0

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("number", &number)
            visitor.field("protocol", &`protocol`)
            visitor.field("name", &name)
            visitor.field("targetPort", &targetPort)
        }
    }

    /// How traffic comes to a listener.
    public enum CaptureMode: String, ConfigEnum {
        /// As the workload is set up.
        case `default` = "DEFAULT"
        /// By redirection.
        case ipTables = "IPTABLES"
        /// The listener is dialled.
        case none = "NONE"
    }
}
