extension Destination {
    /// A Kubernetes service.
    public struct KubeService: ConfigFields {
        /// The service.
        public var ref: ClusterObjectRef?
        /// The labels of the pods behind it.
        public var workloadSelectorLabels: [String: String] = [:]
        /// The labels of the service.
        public var labels: [String: String] = [:]
        /// Its ports.
        public var ports: [KubeServicePort] = []
        /// The values of labels that its workloads have.
        public var subsets: [String: Subset] = [:]
        /// The region of the cluster.
        public var region: String = ""
        /// Its endpoints.
        public var endpointSubsets: [EndpointsSubset] = []
        /// The addresses at which it can be reached from outside.
        public var externalAddresses: [ExternalAddress] = []
        /// The type of the service.
        public var serviceType: ServiceType = .zero

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("ref", &ref)
            visitor.field("workloadSelectorLabels", &workloadSelectorLabels)
            visitor.field("labels", &labels)
            visitor.field("ports", &ports)
            visitor.field("subsets", &subsets)
            visitor.field("region", &region)
            visitor.field("endpointSubsets", &endpointSubsets)
            visitor.field("externalAddresses", &externalAddresses)
            visitor.field("serviceType", &serviceType)
        }
    }

    /// A port of a Kubernetes service.
    public struct KubeServicePort: ConfigFields {
        /// The port number.
        public var port: UInt32 = 0
        /// The name.
        public var name: String = ""
        /// TCP or UDP.
        public var `protocol`: String = ""
        /// The protocol of the application.
        public var appProtocol: String = ""
        /// The name of the container's port.
        public var targetPortName: String = ""
        /// The number of the container's port.
        public var targetPortNumber: UInt32 = 0
        /// The port of the nodes.
        public var nodePort: UInt32 = 0

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("port", &port)
            visitor.field("name", &name)
            visitor.field("protocol", &`protocol`)
            visitor.field("appProtocol", &appProtocol)
            visitor.field("targetPortName", &targetPortName)
            visitor.field("targetPortNumber", &targetPortNumber)
            visitor.field("nodePort", &nodePort)
            visitor.oneOf(["targetPortName", "targetPortNumber"])
        }
    }

    /// The values that a label has among the workloads.
    public struct Subset: ConfigFields {
        /// The values.
        public var values: [String] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("values", &values)
        }
    }

    /// Endpoints with the same ports.
    public struct EndpointsSubset: ConfigFields {
        /// The endpoints.
        public var endpoints: [Endpoint] = []
        /// Their ports.
        public var ports: [EndpointPort] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("endpoints", &endpoints)
            visitor.field("ports", &ports)
        }
    }

    /// An endpoint of a Kubernetes service.
    public struct Endpoint: ConfigFields {
        /// Its address.
        public var ipAddress: String = ""
        /// Its labels.
        public var labels: [String: String] = [:]
        /// Where it is in the region.
        public var subLocality: SubLocality?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("ipAddress", &ipAddress)
            visitor.field("labels", &labels)
            visitor.field("subLocality", &subLocality)
        }
    }

    /// A place in a region.
    public struct SubLocality: ConfigFields {
        /// The zone.
        public var zone: String = ""
        /// The part of the zone.
        public var subZone: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("zone", &zone)
            visitor.field("subZone", &subZone)
        }
    }

    /// A port of endpoints.
    public struct EndpointPort: ConfigFields {
        /// The port number.
        public var port: UInt32 = 0
        /// The name.
        public var name: String = ""
        /// TCP or UDP.
        public var `protocol`: String = ""
        /// The protocol of the application.
        public var appProtocol: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("port", &port)
            visitor.field("name", &name)
            visitor.field("protocol", &`protocol`)
            visitor.field("appProtocol", &appProtocol)
        }
    }

    /// An address of a service towards the outside.
    public struct ExternalAddress: ConfigFields {
        /// A domain name.
        public var dnsName: String?
        /// An IP address.
        public var ip: String?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("dnsName", &dnsName)
            visitor.field("ip", &ip)
            visitor.oneOf(["dnsName", "ip"])
        }
    }

    /// The type of a Kubernetes service.
    public enum ServiceType: String, ConfigEnum {
        /// Reachable inside its cluster.
        case clusterIP = "CLUSTER_IP"
        /// Reachable at a port of each node.
        case nodePort = "NODE_PORT"
        /// Reachable through a load balancer.
        case loadBalancer = "LOAD_BALANCER"
        /// An alias of a domain name.
        case externalName = "EXTERNAL_NAME"
    }
}
