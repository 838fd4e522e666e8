extension MeshConfig.ExtensionProvider {
    /// A service that decides about requests, asked over HTTP.
    public struct HTTPAuthorizer: ConfigFields {
        /// The host of its service, or `namespace/host`.
        public var service: String = ""
        /// The port of its service.
        public var port: UInt32 = 0
        /// How long its answer is waited for; 600 seconds when unset.
        public var timeout: Duration?
        /// Put before the path of the request that it gets.
        public var pathPrefix: String = ""
        /// Whether requests pass when it doesn't answer.
        public var failOpen: Bool = false
        /// Whether the route is chosen again after its answer.
        public var clearRouteCache: Bool?
        /// The status of requests that are refused because it doesn't answer; 403 when empty.
        public var statusOnError: String = ""
        /// Superseded by `includeRequestHeadersInCheck`.
        public var includeHeadersInCheck: [String] = []
        /// Headers that are sent along; `x*` and `*x` are patterns.
        public var includeRequestHeadersInCheck: [String] = []
        /// Headers that are added for it.
        public var includeAdditionalHeadersInCheck: [String: String] = [:]
        /// How much of a request's body is sent along; none when unset.
        public var includeRequestBodyInCheck: RequestBody?
        /// Headers of its answer that the request gets.
        public var headersToUpstreamOnAllow: [String] = []
        /// Headers of its answer that the response gets when the request passes.
        public var headersToDownstreamOnAllow: [String] = []
        /// Headers of its answer that the response gets when the request is refused.
        public var headersToDownstreamOnDeny: [String] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("service", &service, .required.length(1...1048576))
            visitor.field("port", &port, .required)
            visitor.field("timeout", &timeout)
            visitor.field("pathPrefix", &pathPrefix)
            visitor.field("failOpen", &failOpen)
            visitor.field("clearRouteCache", &clearRouteCache)
            visitor.field("statusOnError", &statusOnError)
            visitor.field("includeHeadersInCheck", &includeHeadersInCheck)
            visitor.field("includeRequestHeadersInCheck", &includeRequestHeadersInCheck)
            visitor.field("includeAdditionalHeadersInCheck", &includeAdditionalHeadersInCheck)
            visitor.field("includeRequestBodyInCheck", &includeRequestBodyInCheck)
            visitor.field("headersToUpstreamOnAllow", &headersToUpstreamOnAllow)
            visitor.field("headersToDownstreamOnAllow", &headersToDownstreamOnAllow)
            visitor.field("headersToDownstreamOnDeny", &headersToDownstreamOnDeny)
        }
    }

    /// A service that decides about requests and connections, asked over gRPC.
    public struct GRPCAuthorizer: ConfigFields {
        /// The host of its service, or `namespace/host`.
        public var service: String = ""
        /// The port of its service.
        public var port: UInt32 = 0
        /// How long its answer is waited for; 600 seconds when unset.
        public var timeout: Duration?
        /// Whether requests pass when it doesn't answer.
        public var failOpen: Bool = false
        /// Whether the route is chosen again after its answer.
        public var clearRouteCache: Bool?
        /// The status of requests that are refused because it doesn't answer; 403 when empty.
        public var statusOnError: String = ""
        /// How much of a request's body is sent along; none when unset.
        public var includeRequestBodyInCheck: RequestBody?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("service", &service, .required.length(1...1048576))
            visitor.field("port", &port, .required)
            visitor.field("timeout", &timeout)
            visitor.field("failOpen", &failOpen)
            visitor.field("clearRouteCache", &clearRouteCache)
            visitor.field("statusOnError", &statusOnError)
            visitor.field("includeRequestBodyInCheck", &includeRequestBodyInCheck)
        }
    }

    /// How much of a request's body an authorizer gets.
    public struct RequestBody: ConfigFields {
        /// The most bytes that are held back; larger requests get 413.
        public var maxRequestBytes: UInt32 = 0
        /// Whether larger requests are decided by their beginning.
        public var allowPartialMessage: Bool = false
        /// Whether the body is sent as bytes rather than text, over gRPC.
        public var packAsBytes: Bool = false

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("maxRequestBytes", &maxRequestBytes)
            visitor.field("allowPartialMessage", &allowPartialMessage)
            visitor.field("packAsBytes", &packAsBytes)
        }
    }
}
