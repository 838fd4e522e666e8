extension LoadBalancerSettings {
    /// An algorithm that keeps a client at an endpoint.
    public struct ConsistentHashLB: ConfigFields {
        /// The header that is hashed.
        public var httpHeaderName: String?
        /// The cookie that is hashed.
        public var httpCookie: HTTPCookie?
        /// Whether the client's address is hashed.
        public var useSourceIp: Bool?
        /// The query parameter that is hashed.
        public var httpQueryParameterName: String?
        /// The ring hash algorithm.
        public var ringHash: RingHash?
        /// The Maglev algorithm.
        public var maglev: MagLev?
        /// The size of the ring; superseded by `ringHash`.
        public var minimumRingSize: UInt64 = 0

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("httpHeaderName", &httpHeaderName)
            visitor.field("httpCookie", &httpCookie)
            visitor.field("useSourceIp", &useSourceIp)
            visitor.field("httpQueryParameterName", &httpQueryParameterName)
            visitor.field("ringHash", &ringHash)
            visitor.field("maglev", &maglev)
            visitor.field("minimumRingSize", &minimumRingSize)
            visitor.oneOf(["httpHeaderName", "httpCookie", "useSourceIp", "httpQueryParameterName"])
            visitor.oneOf(["ringHash", "maglev"])
        }
    }

    /// The ring hash algorithm.
    public struct RingHash: ConfigFields {
        /// The least number of entries on the ring; 1024 when 0.
        public var minimumRingSize: UInt64 = 0

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("minimumRingSize", &minimumRingSize)
        }
    }

    /// The Maglev algorithm.
    public struct MagLev: ConfigFields {
        /// The size of the table, a prime; 65537 when 0.
        public var tableSize: UInt64 = 0

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("tableSize", &tableSize)
        }
    }

    /// A cookie that is hashed, and made when it is missing.
    public struct HTTPCookie: ConfigFields {
        /// The name.
        public var name: String = ""
        /// The path for which it is set.
        public var path: String = ""
        /// How long it lives; a session when zero.
        public var ttl: Duration?
        /// More attributes to set.
        public var attributes: [Attribute] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name, .required)
            visitor.field("path", &path)
            visitor.field("ttl", &ttl)
            visitor.field("attributes", &attributes)
        }
    }

    /// An attribute of a cookie.
    public struct Attribute: ConfigFields {
        /// The name.
        public var name: String = ""
        /// The value.
        public var value: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name, .required)
            visitor.field("value", &value)
        }
    }
}
