/// Where the Istio objects of one mesh go.
struct MeshInstallation: Hashable {
    /// Name of the cluster the mesh runs on; empty for the local one.
    var cluster: String
    /// Namespace of the Istio control plane, which receives the objects.
    var namespace: String

    /// The mesh assumed when nobody declared one: Petrel alone on a laptop.
    static let local = MeshInstallation(cluster: "", namespace: "istio-system")
}
