extension VirtualService {
    /// A redirect that answers a request.
    public struct HTTPRedirect: ConfigFields {
        /// The path of the new location.
        public var uri: String = ""
        /// The host of the new location.
        public var authority: String = ""
        /// The port of the new location.
        public var port: UInt32?
        /// Where the port of the new location comes from.
        public var derivePort: RedirectPortSelection?
        /// The scheme of the new location: http or https.
        public var scheme: String = ""
        /// The status, 301 when 0.
        public var redirectCode: UInt32 = 0
        /// What replaces the matched prefix of the path.
        public var prefixRewrite: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("uri", &uri)
            visitor.field("authority", &authority)
            visitor.field("port", &port)
            visitor.field("derivePort", &derivePort)
            visitor.field("scheme", &scheme)
            visitor.field("redirectCode", &redirectCode)
            visitor.field("prefixRewrite", &prefixRewrite)
            visitor.oneOf(["port", "derivePort"])
        }
    }

    /// Where the port of a redirect comes from.
    public enum RedirectPortSelection: String, ConfigEnum {
        /// The default port of the scheme.
        case fromProtocolDefault = "FROM_PROTOCOL_DEFAULT"
        /// The port of the request.
        case fromRequestPort = "FROM_REQUEST_PORT"
    }

    /// A fixed response.
    public struct HTTPDirectResponse: ConfigFields {
        /// The status.
        public var status: UInt32 = 0
        /// The body.
        public var body: HTTPBody?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("status", &status, .required)
            visitor.field("body", &body)
        }
    }

    /// The body of a fixed response.
    public struct HTTPBody: ConfigFields {
        /// The body as text.
        public var string: String?
        /// The body in base64.
        public var bytes: String?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("string", &string)
            visitor.field("bytes", &bytes)
            visitor.oneOf(["string", "bytes"])
        }
    }

    /// What is changed in a request before it is forwarded.
    public struct HTTPRewrite: ConfigFields {
        /// What replaces the matched path or prefix.
        public var uri: String = ""
        /// What replaces the host.
        public var authority: String = ""
        /// A replacement in the path by regular expression.
        public var uriRegexRewrite: RegexRewrite?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("uri", &uri)
            visitor.field("authority", &authority)
            visitor.field("uriRegexRewrite", &uriRegexRewrite)
        }
    }

    /// A replacement by regular expression.
    public struct RegexRewrite: ConfigFields {
        /// The part of the path to replace, as an RE2 expression.
        public var match: String = ""
        /// What replaces it; `\1` is the first group.
        public var rewrite: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("match", &match)
            visitor.field("rewrite", &rewrite)
        }
    }
}
