/// Says whether clients of some workloads must use mutual TLS.
public struct PeerAuthentication: ConfigFields {
    /// The workloads; all of the namespace when unset.
    public var selector: PolicyWorkloadSelector?
    /// Whether mutual TLS is asked for.
    public var mtls: MutualTLS?
    /// Exceptions for single ports.
    public var portLevelMtls: [UInt32: MutualTLS]?

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("selector", &selector)
        visitor.field("mtls", &mtls)
        visitor.field("portLevelMtls", &portLevelMtls, .items(1...4096))
    }
}

extension PeerAuthentication {
    /// Whether mutual TLS is asked for.
    public struct MutualTLS: ConfigFields {
        /// Whether mutual TLS is asked for.
        public var mode: Mode = .zero

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("mode", &mode)
        }
    }

    /// Whether mutual TLS is asked for.
    public enum Mode: String, ConfigEnum {
        /// As the wider policy says.
        case unset = "UNSET"
        /// It isn't used.
        case disable = "DISABLE"
        /// It may be used.
        case permissive = "PERMISSIVE"
        /// It must be used.
        case strict = "STRICT"
    }
}
