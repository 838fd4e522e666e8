/// Adds a service, most often one outside the mesh, to the mesh's registry.
public struct ServiceEntry: ConfigFields {
    /// The names under which clients reach the service; `*.example.com` for all names below a domain.
    public var hosts: [String] = []
    /// Virtual IP addresses or CIDR blocks that stand for the service.
    public var addresses: [String] = []
    /// The ports that clients dial.
    public var ports: [ServicePort] = []
    /// Whether the service belongs to the mesh.
    public var location: Location = .zero
    /// How the addresses of the service are found.
    public var resolution: Resolution = .zero
    /// Where the service's traffic goes; the hosts themselves when there are none.
    public var endpoints: [WorkloadEntry] = []
    /// Chooses the workloads behind the service instead of `endpoints`.
    public var workloadSelector: WorkloadSelector?
    /// The namespaces that see the service: `.` for its own, `*` for all, `~` for none.
    public var exportTo: [String] = []
    /// Names of which one must be in the server's certificate.
    public var subjectAltNames: [String] = []

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("hosts", &hosts, .required.items(1...256))
        visitor.field("addresses", &addresses, .items(0...256).length(0...64))
        visitor.field("ports", &ports, .items(0...256))
        visitor.field("location", &location)
        visitor.field("resolution", &resolution)
        visitor.field("endpoints", &endpoints, .items(0...4096))
        visitor.field("workloadSelector", &workloadSelector)
        visitor.field("exportTo", &exportTo)
        visitor.field("subjectAltNames", &subjectAltNames)
    }
}

extension ServiceEntry {
    /// Whether a service belongs to the mesh.
    public enum Location: String, ConfigEnum {
        /// The service is outside the mesh; it is reached without the mesh's mutual TLS.
        case meshExternal = "MESH_EXTERNAL"
        /// The service is a part of the mesh that the platform's registry doesn't know.
        case meshInternal = "MESH_INTERNAL"
    }

    /// How the addresses of a service are found.
    public enum Resolution: String, ConfigEnum {
        /// The connection goes on to the address that the client dialled.
        case none = "NONE"
        /// The endpoints are IP addresses or sockets.
        case `static` = "STATIC"
        /// The endpoints, or the hosts, are resolved; all addresses are used.
        case dns = "DNS"
        /// The one endpoint, or the host, is resolved when a connection is needed; the first address is used.
        case dnsRoundRobin = "DNS_ROUND_ROBIN"
        /// The host of each request is resolved; for wildcard hosts.
        case dynamicDNS = "DYNAMIC_DNS"
    }

    /// A port that clients dial.
    public struct ServicePort: ConfigFields {
        /// The port number.
        public var number: UInt32 = 0
        /// The protocol: HTTP, HTTPS, HTTP2, GRPC, GRPC-WEB, TLS, TCP, MONGO, MYSQL or REDIS.
        public var `protocol`: String = ""
        /// The label of the port, by which endpoints refer to it.
        public var name: String = ""
        /// The port of the endpoints, when it isn't the same.
        public var targetPort: UInt32 = 0

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("number", &number, .required)
            visitor.field("protocol", &`protocol`, .length(0...256))
            visitor.field("name", &name, .required.length(0...256))
            visitor.field("targetPort", &targetPort)
        }
    }
}
