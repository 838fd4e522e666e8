/// A mesh that has been discovered or declared.
public struct Mesh: ConfigFields {
    /// An Istio.
    public var istio: Istio?
    /// An AWS App Mesh; kept as it is.
    public var awsAppMesh: ConfigValue = .null
    /// A Linkerd; kept as it is.
    public var linkerd: ConfigValue = .null
    /// A Consul Connect; kept as it is.
    public var consulConnect: ConfigValue = .null
    /// An Open Service Mesh; kept as it is.
    public var osm: ConfigValue = .null
    /// The agent in the mesh's cluster.
    public var agentInfo: AgentInfo?

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("istio", &istio)
        visitor.field("awsAppMesh", &awsAppMesh)
        visitor.field("linkerd", &linkerd)
        visitor.field("consulConnect", &consulConnect)
        visitor.field("osm", &osm)
        visitor.field("agentInfo", &agentInfo)
        visitor.oneOf(["istio", "awsAppMesh", "linkerd", "consulConnect", "osm"])
    }
}

extension Mesh {
    /// An Istio.
    public struct Istio: ConfigFields {
        /// Where it is installed.
        public var installation: Installation?
        /// Its trust domain; `cluster.local` when empty.
        public var trustDomain: String = ""
        /// The service account of istiod.
        public var istiodServiceAccount: String = ""
        /// Whether its sidecars answer DNS.
        public var smartDnsProxyingEnabled: Bool = false
        /// Its gateways; superseded by gateways chosen in the VirtualMesh.
        public var ingressGateways: [IngressGateway] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("installation", &installation)
            visitor.field("trustDomain", &trustDomain)
            visitor.field("istiodServiceAccount", &istiodServiceAccount)
            visitor.field("smartDnsProxyingEnabled", &smartDnsProxyingEnabled)
            visitor.field("ingressGateways", &ingressGateways)
        }
    }

    /// Where a mesh is installed.
    public struct Installation: ConfigFields {
        /// The namespace of its control plane.
        public var namespace: String = ""
        /// The cluster.
        public var cluster: String = ""
        /// The labels of its control plane's pods.
        public var podLabels: [String: String] = [:]
        /// Its version.
        public var version: String = ""
        /// The region of the cluster.
        public var region: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("namespace", &namespace)
            visitor.field("cluster", &cluster)
            visitor.field("podLabels", &podLabels)
            visitor.field("version", &version)
            visitor.field("region", &region)
        }
    }

    /// A gateway of a mesh.
    public struct IngressGateway: ConfigFields {
        /// The name of its service.
        public var name: String = ""
        /// The namespace of its service.
        public var namespace: String = ""
        /// The labels of its pods.
        public var workloadLabels: [String: String] = [:]
        /// Its address; superseded by `dnsName` and `ip`.
        public var externalAddress: String = ""
        /// Its domain name.
        public var dnsName: String?
        /// Its IP address.
        public var ip: String?
        /// Its port towards the outside; 15443 when 0.
        public var externalTlsPort: UInt32 = 0
        /// Its port in the pod; 15443 when 0.
        public var tlsContainerPort: UInt32 = 0

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name)
            visitor.field("namespace", &namespace)
            visitor.field("workloadLabels", &workloadLabels)
            visitor.field("externalAddress", &externalAddress)
            visitor.field("dnsName", &dnsName)
            visitor.field("ip", &ip)
            visitor.field("externalTlsPort", &externalTlsPort)
            visitor.field("tlsContainerPort", &tlsContainerPort)
            visitor.oneOf(["dnsName", "ip"])
        }
    }

    /// The agent in a mesh's cluster.
    public struct AgentInfo: ConfigFields {
        /// Its namespace.
        public var agentNamespace: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("agentNamespace", &agentNamespace)
        }
    }
}
