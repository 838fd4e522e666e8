public import MeshAPI

/// A port of a service.
public struct ServicePort: Sendable, Hashable {
    /// The number clients dial.
    public let number: Int
    /// Name, unique in the service.
    public let name: String
    /// What is spoken on it.
    public let portProtocol: PortProtocol
    /// The port of endpoints that don't name their own; 0 when not given.
    public let targetPort: Int
    /// Named target port of a Kubernetes Service, resolved per pod.
    let targetPortName: String?

    /// A port that endpoints serve under the same number.
    public init(number: Int, name: String, portProtocol: PortProtocol) {
        self.init(number: number, name: name, portProtocol: portProtocol, targetPort: 0)
    }

    init(
        number: Int, name: String, portProtocol: PortProtocol,
        targetPort: Int, targetPortName: String? = nil
    ) {
        self.number = number
        self.name = name
        self.portProtocol = portProtocol
        self.targetPort = targetPort
        self.targetPortName = targetPortName
    }
}

/// One host of the mesh as its registry knows it: from a `ServiceEntry`
/// (one service per host) or a Kubernetes `Service`.
///
/// A service is identified by host name and namespace; which of several
/// namespaces declaring the same host a proxy sees is decided per proxy, by
/// its `SidecarScope`.
public final class Service: Sendable {
    /// Where a service was declared.
    public enum Registry: String, Sendable, Hashable {
        /// A Kubernetes Service.
        case kubernetes = "Kubernetes"
        /// A ServiceEntry.
        case external = "External"
    }

    /// How the endpoints behind a service are found.
    public enum Resolution: Sendable, Hashable {
        /// From a list of addresses (`STATIC`, Kubernetes).
        case endpoints
        /// By resolving names, all records (`DNS`).
        case dns
        /// By resolving a name, one record at a time (`DNS_ROUND_ROBIN`).
        case dnsRoundRobin
        /// Where the application dialled (`NONE`, headless).
        case passthrough
        /// By resolving the name in each request (`DYNAMIC_DNS`).
        case dynamicDNS
        /// The same as another service (`ExternalName` of a known host).
        case alias
    }

    /// The host, possibly a wildcard.
    public let hostname: String
    /// Namespace of the declaring object.
    public let namespace: String
    /// The name shown in metadata: the host, or the Kubernetes Service's name.
    public let name: String
    /// The declaring objects, the one that counts first.
    public let origins: [ObjectReference]
    /// Where it was declared.
    public let registry: Registry
    /// Addresses and address ranges that belong to it; may be empty.
    public let addresses: [String]
    /// The IPv4 address that the mesh gave it, when it has none of its own.
    public let allocatedIPv4: String?
    /// The IPv6 address that the mesh gave it, when it has none of its own.
    public let allocatedIPv6: String?
    /// Its ports in the order written.
    public let ports: [ServicePort]
    /// How its endpoints are found.
    public let resolution: Resolution
    /// Outside the mesh: never mutual TLS by itself.
    public let isMeshExternal: Bool
    /// Who may see it.
    public let visibility: Visibility
    /// Labels of the declaring object.
    public let labels: [String: String]
    /// Labels of the workloads that serve it; empty without a selector.
    public let selector: [String: String]
    /// Names its certificate may have, when a rule gives none.
    public let subjectAltNames: [String]
    /// Hosts that mean this service (`ExternalName` services).
    public let aliases: [String]
    /// The target of an `ExternalName` service.
    public let externalName: String?
    /// Headless Kubernetes Service: reached at the addresses of its endpoints.
    public let isHeadless: Bool
    let creationTimestamp: String
    /// The key of the former, hashed address allocation applies.
    let isHashAddressable: Bool

    init(
        hostname: String, namespace: String, name: String, origins: [ObjectReference],
        registry: Registry, addresses: [String], allocatedIPv4: String? = nil,
        allocatedIPv6: String? = nil, ports: [ServicePort], resolution: Resolution,
        isMeshExternal: Bool, visibility: Visibility, labels: [String: String],
        selector: [String: String], subjectAltNames: [String] = [], aliases: [String] = [],
        externalName: String? = nil, isHeadless: Bool = false, creationTimestamp: String,
        isHashAddressable: Bool = false
    ) {
        self.hostname = hostname
        self.namespace = namespace
        self.name = name
        self.origins = origins
        self.registry = registry
        self.addresses = addresses
        self.allocatedIPv4 = allocatedIPv4
        self.allocatedIPv6 = allocatedIPv6
        self.ports = ports
        self.resolution = resolution
        self.isMeshExternal = isMeshExternal
        self.visibility = visibility
        self.labels = labels
        self.selector = selector
        self.subjectAltNames = subjectAltNames
        self.aliases = aliases
        self.externalName = externalName
        self.isHeadless = isHeadless
        self.creationTimestamp = creationTimestamp
        self.isHashAddressable = isHashAddressable
    }

    /// The declaring object.
    public var origin: ObjectReference {
        origins.first ?? ObjectReference(kind: "Service", namespace: namespace, name: name)
    }

    /// The port of this number.
    public func port(_ number: Int) -> ServicePort? {
        ports.first { $0.number == number }
    }

    var key: ServiceKey { ServiceKey(hostname: hostname, namespace: namespace) }
}

/// What identifies a service in the registry.
struct ServiceKey: Hashable, Sendable {
    let hostname: String
    let namespace: String
}
