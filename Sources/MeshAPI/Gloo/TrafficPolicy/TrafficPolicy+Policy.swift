extension TrafficPolicy {
    /// How traffic is carried.
    public struct Policy: ConfigFields {
        /// Other Destinations that get the traffic.
        public var trafficShift: MultiDestination?
        /// Faults to inject for tests.
        public var faultInjection: FaultInjection?
        /// How long a request may take.
        public var requestTimeout: Duration?
        /// How failed requests are retried.
        public var retries: RetryPolicy?
        /// What cross-origin requests are allowed.
        public var corsPolicy: CorsPolicy?
        /// Where copies of the requests go.
        public var mirror: Mirror?
        /// Changes to the headers.
        public var headerManipulation: HeaderManipulation?
        /// When endpoints that fail are left out.
        public var outlierDetection: OutlierDetection?
        /// TLS towards the Destination.
        public var mtls: MTLS?
        /// Protection against forged requests; kept as it is.
        public var csrf: ConfigValue = .null
        /// Rate limits; kept as they are.
        public var rateLimit: ConfigValue = .null
        /// Limits of connections and requests.
        public var connectionPoolSettings: ConnectionPoolSettings?
        /// External authorization; kept as it is.
        public var extauth: ConfigValue = .null
        /// Transformations; kept as they are.
        public var transformations: ConfigValue = .null
        /// Settings of the rate limit server; kept as they are.
        public var rateLimitSettings: ConfigValue = .null
        /// Settings of the authorization server; kept as they are.
        public var extauthSettings: ConfigValue = .null

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("trafficShift", &trafficShift)
            visitor.field("faultInjection", &faultInjection)
            visitor.field("requestTimeout", &requestTimeout)
            visitor.field("retries", &retries)
            visitor.field("corsPolicy", &corsPolicy)
            visitor.field("mirror", &mirror)
            visitor.field("headerManipulation", &headerManipulation)
            visitor.field("outlierDetection", &outlierDetection)
            visitor.field("mtls", &mtls)
            visitor.field("csrf", &csrf)
            visitor.field("rateLimit", &rateLimit)
            visitor.field("connectionPoolSettings", &connectionPoolSettings)
            visitor.field("extauth", &extauth)
            visitor.field("transformations", &transformations)
            visitor.field("rateLimitSettings", &rateLimitSettings)
            visitor.field("extauthSettings", &extauthSettings)
        }
    }

    /// Destinations that share the traffic.
    public struct MultiDestination: ConfigFields {
        /// The Destinations.
        public var destinations: [WeightedDestination] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("destinations", &destinations)
        }
    }

    /// A Destination and its share of the traffic.
    public struct WeightedDestination: ConfigFields {
        /// The share in percent.
        public var weight: UInt32 = 0
        /// A Kubernetes service.
        public var kubeService: KubeDestination?
        /// A virtual destination.
        public var virtualDestination: VirtualDestinationReference?
        /// An external service.
        public var staticDestination: ObjectRef?
        /// The header that names the cluster.
        public var clusterHeader: String?
        /// Changes to the requests that go there.
        public var options: RouteOptions?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("weight", &weight)
            visitor.field("kubeService", &kubeService)
            visitor.field("virtualDestination", &virtualDestination)
            visitor.field("staticDestination", &staticDestination)
            visitor.field("clusterHeader", &clusterHeader)
            visitor.field("options", &options)
            visitor.oneOf(["kubeService", "virtualDestination", "staticDestination", "clusterHeader"])
        }
    }

    /// A Kubernetes service that gets traffic.
    public struct KubeDestination: ConfigFields {
        /// The name.
        public var name: String = ""
        /// The namespace.
        public var namespace: String = ""
        /// The cluster.
        public var clusterName: String = ""
        /// The labels of the endpoints that are meant.
        public var subset: [String: String] = [:]
        /// The port, when the service has several.
        public var port: UInt32 = 0

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name)
            visitor.field("namespace", &namespace)
            visitor.field("clusterName", &clusterName)
            visitor.field("subset", &subset)
            visitor.field("port", &port)
        }
    }

    /// A virtual destination that gets traffic.
    public struct VirtualDestinationReference: ConfigFields {
        /// The name.
        public var name: String = ""
        /// The namespace.
        public var namespace: String = ""
        /// The labels of the endpoints that are meant.
        public var subset: [String: String] = [:]
        /// The port.
        public var port: UInt32 = 0

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name)
            visitor.field("namespace", &namespace)
            visitor.field("subset", &subset)
            visitor.field("port", &port)
        }
    }

    /// Changes to the requests to one Destination.
    public struct RouteOptions: ConfigFields {
        /// Changes to the headers.
        public var headerManipulation: HeaderManipulation?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("headerManipulation", &headerManipulation)
        }
    }

    /// Where copies of requests go.
    public struct Mirror: ConfigFields {
        /// The Kubernetes service.
        public var kubeService: ClusterObjectRef?
        /// The share of requests that is copied; all when unset.
        public var percentage: Double?
        /// The port, when the service has several.
        public var port: UInt32 = 0

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("kubeService", &kubeService)
            visitor.field("percentage", &percentage)
            visitor.field("port", &port)
        }
    }

    /// TLS towards a Destination.
    public struct MTLS: ConfigFields {
        /// The settings for Istio.
        public var istio: IstioMTLS?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("istio", &istio)
        }
    }

    /// TLS towards a Destination, as Istio has it.
    public struct IstioMTLS: ConfigFields {
        /// The mode.
        public var tlsMode: TLSMode = .zero

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("tlsMode", &tlsMode)
        }
    }

    /// TLS towards a Destination.
    public enum TLSMode: String, ConfigEnum {
        /// No TLS.
        case disable = "DISABLE"
        /// The server shows a certificate.
        case simple = "SIMPLE"
        /// Both show the mesh's own certificates.
        case istioMutual = "ISTIO_MUTUAL"
    }
}
