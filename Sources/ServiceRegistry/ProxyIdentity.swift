/// Who asks for configuration: what Istio's node id and node metadata say
/// about a proxy.
public struct ProxyIdentity: Sendable, Hashable {
    /// The role of a proxy.
    public enum Kind: String, Sendable, Hashable {
        /// Beside an application, carrying its outbound traffic.
        case sidecar
        /// A gateway of its own, serving `Gateway` objects.
        case router
    }

    /// The role.
    public var type: Kind
    /// Namespace of the workload.
    public var namespace: String
    /// Name of the workload instance, the first part of its DNS-like id.
    public var name: String
    /// Kubernetes service account of the workload.
    public var serviceAccount: String
    /// Labels of the workload.
    public var labels: [String: String]
    /// Its own addresses.
    public var ips: [String]
    /// DNS domain of the workload: `default.svc.cluster.local`.
    public var dnsDomain: String
    /// Node metadata with string values, under Istio's names.
    public var metadata: [String: String]
    /// `region/zone/subzone`, empty when unknown.
    public var locality: String

    /// A proxy; what is left out has the values of an ordinary sidecar.
    public init(
        type: Kind = .sidecar,
        namespace: String = "default",
        name: String = "app",
        serviceAccount: String = "default",
        labels: [String: String] = [:],
        ips: [String] = ["127.0.0.1"],
        dnsDomain: String? = nil,
        metadata: [String: String] = [:],
        locality: String = ""
    ) {
        self.type = type
        self.namespace = namespace
        self.name = name
        self.serviceAccount = serviceAccount
        self.labels = labels
        self.ips = ips
        self.dnsDomain = dnsDomain ?? "\(namespace).svc.cluster.local"
        self.metadata = metadata
        self.locality = locality
    }

    /// Reads a node id, `type~ip~name.namespace~domain`, and its metadata.
    /// - Returns: nil when the id doesn't have that shape.
    public init?(
        nodeID: String,
        labels: [String: String] = [:],
        metadata: [String: String] = [:],
        locality: String = ""
    ) {
        let parts = nodeID.split(separator: "~", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, let type = Kind(rawValue: parts[0]) else { return nil }
        let instance = parts[2].split(separator: ".", maxSplits: 1).map(String.init)
        guard let name = instance.first else { return nil }
        self.init(
            type: type,
            namespace: metadata["NAMESPACE"] ?? (instance.count == 2 ? instance[1] : "default"),
            name: name,
            serviceAccount: metadata["SERVICE_ACCOUNT"] ?? "default",
            labels: labels,
            ips: parts[1].isEmpty ? [] : [parts[1]],
            dnsDomain: parts[3],
            metadata: metadata,
            locality: locality)
        if let addresses = metadata["INSTANCE_IPS"] {
            ips = addresses.split(separator: ",").map(String.init)
        }
    }

    /// The node id of xDS: `sidecar~10.0.0.1~app.default~default.svc.cluster.local`.
    public var nodeID: String {
        "\(type.rawValue)~\(ips.first ?? "")~\(name).\(namespace)~\(dnsDomain)"
    }

    /// The application's DNS queries are answered by the mesh, so that it
    /// can dial addresses that only the mesh knows.
    public var capturesDNS: Bool { metadata["DNS_CAPTURE"] == "true" }

    /// Asks for the addresses of Istio's former, hashed allocation where an
    /// object has none in its status.
    public var usesHashedAddresses: Bool { capturesDNS && metadata["DNS_AUTO_ALLOCATE"] == "true" }

    /// Traffic isn't redirected: the application dials the proxy itself.
    public var hasNoInterception: Bool { metadata["INTERCEPTION_MODE"] == "NONE" }

    /// Has an IPv4 address, or none at all.
    public var supportsIPv4: Bool { ips.isEmpty || ips.contains { !$0.utf8.contains(UInt8(ascii: ":")) } }

    /// Has an IPv6 address.
    public var supportsIPv6: Bool { ips.contains { $0.utf8.contains(UInt8(ascii: ":")) } }
}
