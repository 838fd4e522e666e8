
/// Who a captured program is inside the mesh.
public struct WorkloadIdentity: Sendable, Hashable, Codable {
    /// Kubernetes namespace. Default `default`.
    public var namespace: String
    /// Kubernetes service account. Default `default`.
    public var serviceAccount: String
    /// Pod labels, which selectors of policies match.
    public var labels: [String: String]

    public init(namespace: String = "default", serviceAccount: String = "default", labels: [String: String] = [:]) {
        self.namespace = namespace
        self.serviceAccount = serviceAccount
        self.labels = labels
    }

    /// Reads `NAMESPACE/SERVICEACCOUNT`, or a namespace alone.
    ///
    /// - Returns: nil when a part is empty or there are too many.
    public init?(reference: String, labels: [String: String] = [:]) {
        let parts = reference.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.init(namespace: parts[0], serviceAccount: parts.count == 2 ? parts[1] : "default", labels: labels)
    }

    /// `namespace/serviceAccount`, followed by the labels when there are any.
    public var text: String {
        let pairs = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return "\(namespace)/\(serviceAccount)" + (pairs.isEmpty ? "" : " [\(pairs.joined(separator: ","))]")
    }
}
