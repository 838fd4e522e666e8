extension VirtualService {
    /// A rule for HTTP: conditions, and what happens to the requests that meet them.
    public struct HTTPRoute: ConfigFields {
        /// The name of the rule in logs and statistics.
        public var name: String = ""
        /// The conditions, of which one must be met; none means all requests.
        public var match: [HTTPMatchRequest] = []
        /// Where the requests go.
        public var route: [HTTPRouteDestination] = []
        /// Answers with a redirect instead of forwarding.
        public var redirect: HTTPRedirect?
        /// Answers with a fixed response instead of forwarding.
        public var directResponse: HTTPDirectResponse?
        /// Another VirtualService whose rules are put here.
        public var delegate: Delegate?
        /// What is changed in the request before it is forwarded.
        public var rewrite: HTTPRewrite?
        /// How long the whole request may take; unlimited when unset.
        public var timeout: Duration?
        /// How failed requests are retried.
        public var retries: HTTPRetry?
        /// Faults to inject for tests.
        public var fault: HTTPFaultInjection?
        /// Where copies of the requests go.
        public var mirror: Destination?
        /// Several places where copies of the requests go.
        public var mirrors: [HTTPMirrorPolicy] = []
        /// The share of requests that is copied; superseded by `mirrorPercentage`.
        public var mirrorPercent: UInt32?
        /// The share of requests that is copied.
        public var mirrorPercentage: Percent?
        /// What cross-origin requests are allowed.
        public var corsPolicy: CorsPolicy?
        /// Changes to the headers.
        public var headers: Headers?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name)
            visitor.field("match", &match)
            visitor.field("route", &route)
            visitor.field("redirect", &redirect)
            visitor.field("directResponse", &directResponse)
            visitor.field("delegate", &delegate)
            visitor.field("rewrite", &rewrite)
            visitor.field("timeout", &timeout)
            visitor.field("retries", &retries)
            visitor.field("fault", &fault)
            visitor.field("mirror", &mirror)
            visitor.field("mirrors", &mirrors)
            visitor.field("mirrorPercent", &mirrorPercent)
            visitor.field("mirrorPercentage", &mirrorPercentage)
            visitor.field("corsPolicy", &corsPolicy)
            visitor.field("headers", &headers)
        }
    }

    /// Conditions that a request must meet, all of them.
    public struct HTTPMatchRequest: ConfigFields {
        /// The name of the condition in logs and statistics.
        public var name: String = ""
        /// The path.
        public var uri: StringMatch?
        /// The scheme.
        public var scheme: StringMatch?
        /// The method.
        public var method: StringMatch?
        /// The host.
        public var authority: StringMatch?
        /// Headers by name; `{}` asks that the header is there.
        public var headers: [String: StringMatch] = [:]
        /// The port that the client dialled.
        public var port: UInt32 = 0
        /// The labels of the client.
        public var sourceLabels: [String: String] = [:]
        /// The gateways for which the condition stands, instead of those of the object.
        public var gateways: [String] = []
        /// Query parameters by name.
        public var queryParams: [String: StringMatch] = [:]
        /// Whether exact and prefix matches of the path ignore case.
        public var ignoreUriCase: Bool = false
        /// Headers that must not be as given.
        public var withoutHeaders: [String: StringMatch] = [:]
        /// The namespace of the client.
        public var sourceNamespace: String = ""
        /// The prefix of the route's statistics.
        public var statPrefix: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name)
            visitor.field("uri", &uri)
            visitor.field("scheme", &scheme)
            visitor.field("method", &method)
            visitor.field("authority", &authority)
            visitor.field("headers", &headers)
            visitor.field("port", &port)
            visitor.field("sourceLabels", &sourceLabels)
            visitor.field("gateways", &gateways)
            visitor.field("queryParams", &queryParams)
            visitor.field("ignoreUriCase", &ignoreUriCase)
            visitor.field("withoutHeaders", &withoutHeaders)
            visitor.field("sourceNamespace", &sourceNamespace)
            visitor.field("statPrefix", &statPrefix)
        }
    }

    /// A destination and its share of the requests.
    public struct HTTPRouteDestination: ConfigFields {
        /// The service.
        public var destination: Destination?
        /// The share, relative to the sum of all weights.
        public var weight: Int32 = 0
        /// Changes to the headers of requests that go there.
        public var headers: Headers?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("destination", &destination, .required)
            visitor.field("weight", &weight)
            visitor.field("headers", &headers)
        }
    }

    /// A reference to a VirtualService that has the rules.
    public struct Delegate: ConfigFields {
        /// The name.
        public var name: String = ""
        /// The namespace; the root's when empty.
        public var namespace: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name)
            visitor.field("namespace", &namespace)
        }
    }
}
