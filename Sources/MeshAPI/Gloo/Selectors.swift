/// Chooses Destinations; a Destination must meet one of the parts.
public struct DestinationSelector: ConfigFields {
    /// Kubernetes services by label and place.
    public var kubeServiceMatcher: KubeServiceMatcher?
    /// Kubernetes services by name.
    public var kubeServiceRefs: KubeServiceRefs?
    /// External services by label and namespace.
    public var externalServiceMatcher: ExternalServiceMatcher?
    /// External services by name.
    public var externalServiceRefs: ExternalServiceRefs?
    /// Virtual destinations by label and namespace.
    public var virtualDestinationMatcher: ExternalServiceMatcher?
    /// Virtual destinations by name.
    public var virtualDestinationRefs: VirtualDestinationRefs?

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("kubeServiceMatcher", &kubeServiceMatcher)
        visitor.field("kubeServiceRefs", &kubeServiceRefs)
        visitor.field("externalServiceMatcher", &externalServiceMatcher)
        visitor.field("externalServiceRefs", &externalServiceRefs)
        visitor.field("virtualDestinationMatcher", &virtualDestinationMatcher)
        visitor.field("virtualDestinationRefs", &virtualDestinationRefs)
    }
}

extension DestinationSelector {
    /// Kubernetes services by label and place.
    public struct KubeServiceMatcher: ConfigFields {
        /// The labels that a service must have; `*` as a value means any.
        public var labels: [String: String] = [:]
        /// The namespaces; all when there are none.
        public var namespaces: [String] = []
        /// The clusters; all when there are none.
        public var clusters: [String] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("labels", &labels)
            visitor.field("namespaces", &namespaces)
            visitor.field("clusters", &clusters)
        }
    }

    /// Kubernetes services by name.
    public struct KubeServiceRefs: ConfigFields {
        /// The services.
        public var services: [ClusterObjectRef] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("services", &services)
        }
    }

    /// Objects by label and namespace.
    public struct ExternalServiceMatcher: ConfigFields {
        /// The labels that the object must have.
        public var labels: [String: String] = [:]
        /// The namespaces; all when there are none.
        public var namespaces: [String] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("labels", &labels)
            visitor.field("namespaces", &namespaces)
        }
    }

    /// External services by name.
    public struct ExternalServiceRefs: ConfigFields {
        /// The Destination objects.
        public var externalServices: [ObjectRef] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("externalServices", &externalServices)
        }
    }

    /// Virtual destinations by name.
    public struct VirtualDestinationRefs: ConfigFields {
        /// The objects.
        public var virtualDestinations: [ObjectRef] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("virtualDestinations", &virtualDestinations)
        }
    }
}

/// Chooses workloads of a mesh.
public struct MeshWorkloadSelector: ConfigFields {
    /// Kubernetes workloads by label and place.
    public var kubeWorkloadMatcher: KubeWorkloadMatcher?

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("kubeWorkloadMatcher", &kubeWorkloadMatcher)
    }
}

extension MeshWorkloadSelector {
    /// Kubernetes workloads by label and place.
    public struct KubeWorkloadMatcher: ConfigFields {
        /// The labels that a workload must have.
        public var labels: [String: String] = [:]
        /// The namespaces; all when there are none.
        public var namespaces: [String] = []
        /// The clusters; all when there are none.
        public var clusters: [String] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("labels", &labels)
            visitor.field("namespaces", &namespaces)
            visitor.field("clusters", &clusters)
        }
    }
}

/// Chooses callers by who they are.
public struct IdentitySelector: ConfigFields {
    /// Callers by place.
    public var kubeIdentityMatcher: KubeIdentityMatcher?
    /// Callers by service account.
    public var kubeServiceAccountRefs: KubeServiceAccountRefs?
    /// Callers by the token of the request.
    public var requestIdentityMatcher: RequestIdentityMatcher?
    /// Callers by address.
    public var requestIpMatcher: RequestIPMatcher?

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("kubeIdentityMatcher", &kubeIdentityMatcher)
        visitor.field("kubeServiceAccountRefs", &kubeServiceAccountRefs)
        visitor.field("requestIdentityMatcher", &requestIdentityMatcher)
        visitor.field("requestIpMatcher", &requestIpMatcher)
    }
}

extension IdentitySelector {
    /// Callers by place.
    public struct KubeIdentityMatcher: ConfigFields {
        /// The namespaces; all when there are none.
        public var namespaces: [String] = []
        /// The clusters; all when there are none.
        public var clusters: [String] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("namespaces", &namespaces)
            visitor.field("clusters", &clusters)
        }
    }

    /// Callers by service account.
    public struct KubeServiceAccountRefs: ConfigFields {
        /// The service accounts.
        public var serviceAccounts: [ClusterObjectRef] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("serviceAccounts", &serviceAccounts)
        }
    }

    /// Callers by the token of the request.
    public struct RequestIdentityMatcher: ConfigFields {
        /// Principals that are meant.
        public var requestPrincipals: [String] = []
        /// Principals that aren't meant.
        public var notRequestPrincipals: [String] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("requestPrincipals", &requestPrincipals)
            visitor.field("notRequestPrincipals", &notRequestPrincipals)
        }
    }

    /// Callers by address.
    public struct RequestIPMatcher: ConfigFields {
        /// Addresses that are meant.
        public var forwardedIPs: [String] = []
        /// Addresses that aren't meant.
        public var notForwardedIPs: [String] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("forwardedIPs", &forwardedIPs)
            visitor.field("notForwardedIPs", &notForwardedIPs)
        }
    }
}

/// Chooses gateways.
public struct IngressGatewaySelector: ConfigFields {
    /// The services that are gateways.
    public var destinationSelectors: [DestinationSelector] = []
    /// The name of the port; `tls` when empty.
    public var portName: String = ""

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("destinationSelectors", &destinationSelectors)
        visitor.field("portName", &portName)
    }
}
