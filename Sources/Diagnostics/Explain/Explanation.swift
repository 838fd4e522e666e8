public import MeshAPI

/// The whole way of one request or connection, as the proxy would send it, with
/// what decided each step.
public struct Explanation: Sendable, Equatable {
    /// One answer of the mesh's DNS server.
    public struct NameAnswer: Sendable, Equatable {
        /// The name asked for.
        public var name: String
        /// `A` or `AAAA`.
        public var type: String
        /// Addresses; empty for a name without any of that type.
        public var answers: [String]
        /// `NOERROR`, or `FORWARDED` for a name that real DNS answers.
        public var rcode: String
    }

    /// One endpoint that the request may go to.
    public struct Endpoint: Sendable, Equatable {
        /// Address, or name that is resolved first.
        public var address: String
        /// Port.
        public var port: Int
        /// Weight.
        public var weight: Int
        /// Priority; 0 is used first.
        public var priority: Int
        /// `region/zone/subzone`.
        public var locality: String
    }

    /// What the other side receives.
    public struct Upstream: Sendable, Equatable {
        /// Host header or `:authority` without its port.
        public var host = ""
        /// Path with query.
        public var path = ""
        /// Host header or `:authority`.
        public var authority = ""
        /// Server name of the ClientHello.
        public var sni = ""
        /// TLS in words: `none`, or what is verified against what.
        public var tls = "none"
    }

    /// A change to the headers of a request or an answer.
    public struct HeaderChange: Sendable, Equatable {
        /// `set`, `add` or `remove`.
        public var action: String
        /// The header's name.
        public var name: String
        /// Its value; empty for one that is removed.
        public var value: String
    }

    /// Which attempts are made again.
    public struct Retry: Sendable, Equatable {
        /// Attempts after the first.
        public var attempts = 0
        /// Time for one attempt; nil for what is left of the whole.
        public var perTryTimeoutMilliseconds: Int64?
        /// Envoy's words for what is tried again.
        public var conditions: [String] = []
        /// Statuses that are tried again.
        public var statuses: [Int] = []
    }

    /// Why a step came out as it did.
    public struct Because: Sendable, Equatable {
        /// What was looked at: `listener`, `filterChain`, `virtualHost`, ...
        public var subject: String
        /// Its name.
        public var name: String
        /// `chosen`, `passed` or `failed`.
        public var outcome: String
        /// Why.
        public var detail: String
        /// The object that made it, `Kind namespace/name`; empty when none did.
        public var object: String
        /// File and line of that object.
        public var location: SourceLocation?
    }

    /// Answers of the mesh's DNS server, when the name was resolved by it.
    public var dns: [NameAnswer] = []
    /// Destination address of the connection.
    public var address = ""
    /// Destination port of the connection.
    public var port = 0
    /// The listener's name.
    public var listener = ""
    /// The filter chain's name.
    public var filterChain = ""
    /// The route configuration's name.
    public var routeConfig = ""
    /// The virtual host's name.
    public var virtualHost = ""
    /// The route's name.
    public var route = ""
    /// The cluster's name.
    public var cluster = ""
    /// Endpoints of the cluster.
    public var endpoints: [Endpoint] = []
    /// What the other side receives.
    public var upstream = Upstream()
    /// Time for the whole answer; nil without a limit.
    public var timeoutMilliseconds: Int64?
    /// Attempts after the first.
    public var retries: Int { retry?.attempts ?? 0 }
    /// What is tried again; nil when nothing is.
    public var retry: Retry?
    /// What the configuration changes about the request's headers.
    public var requestHeaders: [HeaderChange] = []
    /// What it changes about the answer's headers.
    public var responseHeaders: [HeaderChange] = []
    /// Status of the answer that the proxy gives itself; 0 when it is forwarded.
    public var status = 0
    /// Where a redirect leads.
    public var location = ""
    /// `allowed`, `denied`, `failed` or `direct-response`.
    public var verdict = "failed"
    /// The reason's code; empty when it is allowed.
    public var reason = ""
    /// Envoy's response flag for it.
    public var responseFlag = "-"
    /// The way step by step.
    public var because: [Because] = []
    /// What to do about a refusal, in sentences.
    public var advice: [String] = []
    /// Resources that the proxy doesn't take, with why.
    public var rejected: [String] = []

    /// An explanation of nothing yet.
    public init() {}
}
