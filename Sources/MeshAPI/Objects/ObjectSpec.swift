/// The content of an object, by kind.
public enum ObjectSpec: Sendable, Equatable {
    /// A service that the platform's registry doesn't know.
    case serviceEntry(ServiceEntry)
    /// A workload that isn't a pod.
    case workloadEntry(WorkloadEntry)
    /// Where the traffic to some hosts goes.
    case virtualService(VirtualService)
    /// How the traffic to a host is carried.
    case destinationRule(DestinationRule)
    /// A service of Kubernetes.
    case service(KubernetesService)
    /// Gloo Mesh's host that traffic can be sent to.
    case destination(Destination)
    /// Gloo Mesh's union of meshes.
    case virtualMesh(VirtualMesh)
    /// Gloo Mesh's record of a mesh.
    case mesh(Mesh)
    /// Everything else, as it was written.
    case unknown(ConfigValue)
}
