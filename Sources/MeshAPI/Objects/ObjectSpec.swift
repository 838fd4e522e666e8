/// The content of an object, by kind.
public enum ObjectSpec: Sendable, Equatable {
    /// A service that the platform's registry doesn't know.
    case serviceEntry(ServiceEntry)
    /// A workload that isn't a pod.
    case workloadEntry(WorkloadEntry)
    /// A template for workloads that register themselves.
    case workloadGroup(WorkloadGroup)
    /// Where the traffic to some hosts goes.
    case virtualService(VirtualService)
    /// How the traffic to a host is carried.
    case destinationRule(DestinationRule)
    /// What the sidecars of some workloads know of the mesh.
    case sidecar(Sidecar)
    /// The ports at which a gateway takes traffic.
    case gateway(Gateway)
    /// Settings of the proxies of some workloads.
    case proxyConfig(ProxyConfig)
    /// Who may do what with some workloads.
    case authorizationPolicy(AuthorizationPolicy)
    /// Whether clients must use mutual TLS.
    case peerAuthentication(PeerAuthentication)
    /// Which tokens requests may carry.
    case requestAuthentication(RequestAuthentication)
    /// What some workloads report.
    case telemetry(Telemetry)
    /// Gloo Mesh's host that traffic can be sent to.
    case destination(Destination)
    /// Gloo Mesh's record of a workload.
    case workload(Workload)
    /// Gloo Mesh's record of a mesh.
    case mesh(Mesh)
    /// Gloo Mesh's policy of how traffic is carried.
    case trafficPolicy(TrafficPolicy)
    /// Gloo Mesh's policy of who may send what.
    case accessPolicy(AccessPolicy)
    /// Gloo Mesh's union of meshes.
    case virtualMesh(VirtualMesh)
    /// Gloo Mesh's settings.
    case settings(Settings)
    /// A cluster that Gloo Mesh manages.
    case kubernetesCluster(KubernetesCluster)
    /// A service of Kubernetes.
    case service(KubernetesService)
    /// A part of the endpoints of a Kubernetes service.
    case endpointSlice(EndpointSlice)
    /// A pod.
    case pod(Pod)
    /// A namespace.
    case namespace(Namespace)
    /// Secret data.
    case secret(Secret)
    /// Data that isn't secret.
    case configMap(ConfigMap)
    /// Everything else, as it was written.
    case unknown(ConfigValue)
}
