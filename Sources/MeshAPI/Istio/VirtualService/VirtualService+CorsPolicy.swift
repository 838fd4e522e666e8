extension VirtualService {
    /// What cross-origin requests are allowed.
    public struct CorsPolicy: ConfigFields {
        /// Allowed origins; superseded by `allowOrigins`.
        public var allowOrigin: [String] = []
        /// Allowed origins.
        public var allowOrigins: [StringMatch] = []
        /// Allowed methods.
        public var allowMethods: [String] = []
        /// Request headers that are allowed.
        public var allowHeaders: [String] = []
        /// Response headers that scripts may read.
        public var exposeHeaders: [String] = []
        /// How long the answer to a preflight may be cached.
        public var maxAge: Duration?
        /// Whether credentials may be sent.
        public var allowCredentials: Bool?
        /// What happens to preflights of other origins.
        public var unmatchedPreflights: UnmatchedPreflights = .zero

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("allowOrigin", &allowOrigin)
            visitor.field("allowOrigins", &allowOrigins)
            visitor.field("allowMethods", &allowMethods)
            visitor.field("allowHeaders", &allowHeaders)
            visitor.field("exposeHeaders", &exposeHeaders)
            visitor.field("maxAge", &maxAge)
            visitor.field("allowCredentials", &allowCredentials)
            visitor.field("unmatchedPreflights", &unmatchedPreflights)
        }
    }

    /// What happens to preflights of origins that aren't allowed.
    public enum UnmatchedPreflights: String, ConfigEnum {
        /// The default, which is to forward them.
        case unspecified = "UNSPECIFIED"
        /// They are forwarded.
        case forward = "FORWARD"
        /// They are answered without leave.
        case ignore = "IGNORE"
    }
}
