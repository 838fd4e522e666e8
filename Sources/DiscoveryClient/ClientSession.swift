public import EnvoyAPI

/// The proxy's side of an aggregated xDS stream: a state machine without I/O
/// or clock. It outlives the streams it speaks on, so that a proxy whose
/// control plane is gone keeps what it has, and says so when it is back.
///
/// One turn: ``receive(_:at:)`` takes a response and says what to put in force
/// and what only to look at; the data plane does it; ``settle(_:)`` takes its
/// verdict and gives the answer, further subscriptions and what is warm now.
///
/// A cluster is in force when its endpoints and secrets are here, a listener
/// when its routes, secrets and filter configurations are. Until then an older
/// version of it serves. A resource that is refused doesn't hold up the others
/// of its response.
public struct ClientSession: Sendable {
    /// How a client talks and what it asks for.
    public struct Configuration: Sendable {
        /// The protocol. Default: incremental.
        public var variant = DiscoveryVariant.delta
        /// Who asks.
        public var node = Envoy_Config_Core_V3_Node()
        /// Whether every request says who asks, not only the first of a stream
        /// (`set_node_on_first_message_only` is off).
        public var repeatsNode = false
        /// The types of which everything is wanted.
        public var wildcards: [EnvoyTypeURL] = [.cluster, .listener]
        /// Resources of the bootstrap, which discovery can't replace.
        public var fixed: Set<ResourceName> = []

        /// The defaults.
        public init() {}
    }

    /// What the data plane is asked to do with a response.
    public struct Intake: Sendable {
        /// To be put in force.
        public var apply = ResourceUpdate()
        /// To be compiled and not yet put in force: it still waits for something.
        public var check = ResourceSet()
    }

    /// What follows from the data plane's verdict.
    public struct Settlement: Sendable {
        /// To be sent, in this order.
        public var requests: [SubscriptionRequest] = []
        /// What has become complete, and what nobody refers to any more.
        public var update = ResourceUpdate()
        /// What was refused, and why.
        public var refused: [ResourceName: String] = [:]
    }

    /// What it holds of each type.
    public internal(set) var types: [EnvoyTypeURL: TypeState] = [:]
    /// Whether a stream is open.
    public private(set) var isConnected = false

    let configuration: Configuration
    var pending: Pending?
    /// What has been waited for long enough.
    var expired: Set<ResourceName> = []
    var nonces: [EnvoyTypeURL: String] = [:]
    private var saidWho = false

    /// A client that knows nothing.
    public init(_ configuration: Configuration) {
        self.configuration = configuration
        for type in DiscoveredResource.types {
            types[type] = TypeState()
            if !configuration.wildcards.contains(type) { types[type]?.wanted = [] }
        }
    }

    /// A stream is open: the first requests on it. They tell the control plane
    /// what is here already.
    public mutating func connected(at now: UInt64) -> [SubscriptionRequest] {
        isConnected = true
        saidWho = false
        nonces = [:]
        pending = nil
        for type in DiscoveredResource.types { types[type]?.isSubscribed = false }
        return follow(at: now).requests
    }

    /// The stream is gone.
    public mutating func disconnected() {
        isConnected = false
        pending = nil
    }

    /// Whether the first state is complete: every type was answered and nothing
    /// waits.
    public var isInitialized: Bool {
        configuration.wildcards.allSatisfy { types[$0]?.hasAnswer == true || $0 == .nameTable }
            && types.values.allSatisfy(\.warming.isEmpty)
    }

    /// Milliseconds on the caller's clock when ``expire(at:)`` has something to
    /// do; nil when nothing waits with a limit.
    public var deadline: UInt64? {
        waiting.compactMap { reference in
            guard reference.patience > 0 else { return nil }
            return asked(reference.name).map { $0 &+ reference.patience }
        }.min()
    }

    /// Puts in force what has waited for longer than its configuration source
    /// allows.
    public mutating func expire(at now: UInt64) -> Settlement {
        for reference in waiting where reference.patience > 0 {
            if let since = asked(reference.name), since &+ reference.patience <= now { expired.insert(reference.name) }
        }
        return follow(at: now)
    }

    func asked(_ name: ResourceName) -> UInt64? {
        types[name.typeURL]?.askedAt[name.name]
    }

    /// What resources that are warming wait for.
    private var waiting: [ResourceReference] {
        types.values.flatMap { state in
            state.warming.values.flatMap { $0.resource.references.filter { !isAvailable($0) } }
        }
    }

    func isAvailable(_ reference: ResourceReference) -> Bool {
        let name = reference.name
        guard let state = types[name.typeURL] else { return true }
        if configuration.fixed.contains(name) || state.active[name.name] != nil || expired.contains(name) { return true }
        // Endpoints that don't exist are an answer: the cluster has none. A
        // route configuration or a secret that doesn't exist may still come.
        return name.typeURL == .clusterLoadAssignment && state.answered.contains(name.name)
    }

    func isComplete(_ resource: DiscoveredResource) -> Bool {
        resource.references.allSatisfy(isAvailable)
    }

    /// A request about `type`, with what every request must say.
    mutating func request(_ type: EnvoyTypeURL) -> SubscriptionRequest {
        var request = SubscriptionRequest(type: type)
        if configuration.repeatsNode || !saidWho {
            request.node = configuration.node
            saidWho = true
        }
        request.names = types[type]?.wanted?.sorted() ?? []
        request.version = types[type]?.version ?? ""
        return request
    }
}
