/// A service of Kubernetes.
public struct KubernetesService: ConfigFields {
    /// Its virtual address; `None` for a headless service.
    public var clusterIP: String = ""
    /// Its virtual addresses, one for each family.
    public var clusterIPs: [String] = []
    /// Addresses of nodes that take its traffic.
    public var externalIPs: [String] = []
    /// The name it is an alias of.
    public var externalName: String = ""
    /// Whether only endpoints of the same node are used: Cluster or Local.
    public var internalTrafficPolicy: String = ""
    /// The families of its addresses: IPv4, IPv6.
    public var ipFamilies: [String] = []
    /// Its ports.
    public var ports: [Port] = []
    /// Whether endpoints count before they are ready.
    public var publishNotReadyAddresses: Bool = false
    /// The labels of the pods behind it.
    public var selector: [String: String] = [:]
    /// Whether clients stay with an endpoint: None or ClientIP.
    public var sessionAffinity: String = ""
    /// Which endpoints are preferred, such as PreferClose.
    public var trafficDistribution: String = ""
    /// ClusterIP, NodePort, LoadBalancer or ExternalName.
    public var type: String = ""
    /// The fields that Petrel has no use for, kept as they are.
    public var unknownFields = OrderedFields()

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("clusterIP", &clusterIP)
        visitor.field("clusterIPs", &clusterIPs)
        visitor.field("externalIPs", &externalIPs)
        visitor.field("externalName", &externalName)
        visitor.field("internalTrafficPolicy", &internalTrafficPolicy)
        visitor.field("ipFamilies", &ipFamilies)
        visitor.field("ports", &ports)
        visitor.field("publishNotReadyAddresses", &publishNotReadyAddresses)
        visitor.field("selector", &selector)
        visitor.field("sessionAffinity", &sessionAffinity)
        visitor.field("trafficDistribution", &trafficDistribution)
        visitor.field("type", &type)
        visitor.unknownFields(&unknownFields)
    }
}

extension KubernetesService {
    /// A port of a service.
    public struct Port: ConfigFields {
        /// The protocol of the application, such as `https` or `kubernetes.io/h2c`.
        public var appProtocol: String = ""
        /// The name; `http-web` says that the protocol is HTTP.
        public var name: String = ""
        /// The port of the nodes.
        public var nodePort: UInt32 = 0
        /// The port that clients dial.
        public var port: UInt32 = 0
        /// TCP, UDP or SCTP; TCP when empty.
        public var `protocol`: String = ""
        /// The number or name of the pod's port.
        public var targetPort: IntegerOrString?
        /// The fields that Petrel has no use for, kept as they are.
        public var unknownFields = OrderedFields()

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("appProtocol", &appProtocol)
            visitor.field("name", &name)
            visitor.field("nodePort", &nodePort)
            visitor.field("port", &port)
            visitor.field("protocol", &`protocol`)
            visitor.field("targetPort", &targetPort)
            visitor.unknownFields(&unknownFields)
        }
    }
}
