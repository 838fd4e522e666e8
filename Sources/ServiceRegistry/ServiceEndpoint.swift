public import MeshAPI

/// One place where a port of a service is served.
public struct ServiceEndpoint: Sendable, Hashable {
    /// IP address, host name to resolve, or path of a Unix socket (with a
    /// leading `@` for an abstract one).
    public let address: String
    /// Port number; 0 for a Unix socket.
    public let port: Int
    /// Whether `address` is the path of a Unix socket.
    public let isUnixSocket: Bool
    /// Name of the service port it serves.
    public let portName: String
    /// Labels that subsets select by.
    public let labels: [String: String]
    /// `region/zone/subzone`, empty when unknown.
    public let locality: String
    /// Network the address belongs to.
    public let network: String
    /// Share of the load, at least 1.
    public let weight: UInt32
    /// Answers mutual TLS with a mesh identity.
    public let speaksMeshTLS: Bool
    /// SPIFFE identity, empty when there is none.
    public let identity: String
    /// Name shown in metadata.
    public let workloadName: String
    /// Namespace of the workload.
    public let namespace: String
    /// The object that declares it.
    public let origin: ObjectReference
}

extension ServiceEndpoint {
    /// Label of a workload that says whether it speaks mutual TLS.
    static let tlsModeLabel = "security.istio.io/tlsMode"

    static func speaksMeshTLS(labels: [String: String], serviceAccount: String) -> Bool {
        if let mode = labels[tlsModeLabel] { return mode == "istio" }
        return !serviceAccount.isEmpty
    }

    static func locality(field: String, labels: [String: String]) -> String {
        if !field.isEmpty { return field }
        if let label = labels["istio-locality"] {
            return label.utf8.contains(UInt8(ascii: "/"))
                ? label : String(label.map { $0 == "." ? "/" : $0 })
        }
        guard let region = labels["topology.kubernetes.io/region"] else { return "" }
        guard let zone = labels["topology.kubernetes.io/zone"] else { return region }
        guard let subzone = labels["topology.istio.io/subzone"] else { return "\(region)/\(zone)" }
        return "\(region)/\(zone)/\(subzone)"
    }
}
