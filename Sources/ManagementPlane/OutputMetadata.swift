internal import MeshAPI

/// Labels and annotations of everything the management plane writes.
enum OutputMetadata {
    /// The namespace of the management plane, by which its objects are known.
    static let managementNamespace = "gloo-mesh"

    /// - Parameters:
    ///   - name: The object's name.
    ///   - request: What it was made for.
    /// - Returns: The namespace of the installation; the owner; the cluster of the
    ///   writer, which is empty since an agent writes into its own; the agent's
    ///   name, which is its cluster's; and the parents.
    static func make(name: String, for request: ExternalServiceRequest) -> ObjectMeta {
        let installation = request.member.installation
        var labels = [
            "owner.networking.mesh.gloo.solo.io": managementNamespace,
            "cluster.multicluster.solo.io": "",
        ]
        if !installation.cluster.isEmpty { labels["relay-agent"] = installation.cluster }
        let parents = request.member.virtualMeshes.isEmpty ? [request.destination] : request.member.virtualMeshes
        var metadata = ObjectMeta(
            name: name, namespace: installation.namespace, labels: labels,
            annotations: [ParentsAnnotation.key: ParentsAnnotation.value(parents)])
        metadata.creationTimestamp = request.destination.metadata.creationTimestamp
        return metadata
    }
}
