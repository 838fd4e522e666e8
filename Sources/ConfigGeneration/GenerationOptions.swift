/// What generation needs to know beyond the objects.
public struct GenerationOptions: Sendable, Hashable {
    /// Certificates that are trusted where a rule names none
    /// (`file-root:system`).
    public var trustBundlePath: String
    /// Registry name of the cluster, shown in metadata.
    public var clusterID: String

    /// - Parameters:
    ///   - trustBundlePath: PEM bundle; the system's by default.
    ///   - clusterID: `Kubernetes` by default, as in Istio.
    public init(
        trustBundlePath: String = "/etc/ssl/certs/ca-certificates.crt",
        clusterID: String = "Kubernetes"
    ) {
        self.trustBundlePath = trustBundlePath
        self.clusterID = clusterID
    }
}
