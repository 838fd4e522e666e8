extension MeshConfig {
    /// What happens to traffic that no declared service takes.
    public struct OutboundTrafficPolicy: ConfigFields {
        /// What happens to such traffic.
        public enum Mode: String, ConfigEnum {
            /// It is refused.
            case registryOnly = "REGISTRY_ONLY"
            /// It goes on to the address that the client dialled.
            case allowAny = "ALLOW_ANY"
            /// It goes to the host that the request names.
            case allowAnyDynamicDNS = "ALLOW_ANY_DYNAMIC_DNS"
        }

        /// What happens to such traffic.
        public var mode: Mode = .zero
        /// TLS towards such hosts, in the mode `ALLOW_ANY_DYNAMIC_DNS`.
        public var tls: ClientTLSSettings?

        /// A policy that refuses such traffic.
        public init() {}

        /// A policy.
        public init(mode: Mode) { self.mode = mode }

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("mode", &mode)
            visitor.field("tls", &tls)
        }
    }
}
