extension ObjectKind {
    private static let networking = ["v1", "v1beta1", "v1alpha3"]
    private static let glooDiscovery = "discovery.mesh.gloo.solo.io"
    private static let glooNetworking = "networking.mesh.gloo.solo.io"

    static let serviceEntry = ObjectKind(
        "networking.istio.io", networking, "ServiceEntry", "serviceentries", ["se"]) { ObjectSpec.serviceEntry($0) }
    static let workloadEntry = ObjectKind(
        "networking.istio.io", networking, "WorkloadEntry", "workloadentries", ["we"]) { ObjectSpec.workloadEntry($0) }
    static let virtualService = ObjectKind(
        "networking.istio.io", networking, "VirtualService", "virtualservices", ["vs"]) { ObjectSpec.virtualService($0) }
    static let destinationRule = ObjectKind(
        "networking.istio.io", networking, "DestinationRule", "destinationrules", ["dr"]) { ObjectSpec.destinationRule($0) }
    static let service = ObjectKind("", ["v1"], "Service", "services", ["svc"]) { ObjectSpec.service($0) }
    static let destination = ObjectKind(
        glooDiscovery, ["v1"], "Destination", "destinations", ["dest", "dests"]) { ObjectSpec.destination($0) }
    static let mesh = ObjectKind(glooDiscovery, ["v1"], "Mesh", "meshes") { ObjectSpec.mesh($0) }
    static let virtualMesh = ObjectKind(
        glooNetworking, ["v1"], "VirtualMesh", "virtualmeshes", ["vm", "vms"]) { ObjectSpec.virtualMesh($0) }

    /// Every kind that Petrel knows.
    public static let all: [ObjectKind] = [
        serviceEntry, workloadEntry, virtualService, destinationRule, service, destination, mesh, virtualMesh,
    ]
}
