extension ObjectKind {
    private static let networking = ["v1", "v1beta1", "v1alpha3"]
    private static let security = ["v1", "v1beta1"]
    private static let glooDiscovery = "discovery.mesh.gloo.solo.io"
    private static let glooNetworking = "networking.mesh.gloo.solo.io"

    static let serviceEntry = ObjectKind(
        "networking.istio.io", networking, "ServiceEntry", "serviceentries", ["se"]
    ) { ObjectSpec.serviceEntry($0) }
    static let workloadEntry = ObjectKind(
        "networking.istio.io", networking, "WorkloadEntry", "workloadentries", ["we"]
    ) { ObjectSpec.workloadEntry($0) }
    static let workloadGroup = ObjectKind(
        "networking.istio.io", networking, "WorkloadGroup", "workloadgroups", ["wg"]
    ) { ObjectSpec.workloadGroup($0) }
    static let virtualService = ObjectKind(
        "networking.istio.io", networking, "VirtualService", "virtualservices", ["vs"]
    ) { ObjectSpec.virtualService($0) }
    static let destinationRule = ObjectKind(
        "networking.istio.io", networking, "DestinationRule", "destinationrules", ["dr"]
    ) { ObjectSpec.destinationRule($0) }
    static let sidecar = ObjectKind(
        "networking.istio.io", networking, "Sidecar", "sidecars"
    ) { ObjectSpec.sidecar($0) }
    static let gateway = ObjectKind(
        "networking.istio.io", networking, "Gateway", "gateways", ["gw"]
    ) { ObjectSpec.gateway($0) }
    static let proxyConfig = ObjectKind(
        "networking.istio.io", ["v1beta1", "v1alpha3", "v1"], "ProxyConfig", "proxyconfigs"
    ) { ObjectSpec.proxyConfig($0) }
    static let authorizationPolicy = ObjectKind(
        "security.istio.io", security, "AuthorizationPolicy", "authorizationpolicies", ["ap"]
    ) { ObjectSpec.authorizationPolicy($0) }
    static let peerAuthentication = ObjectKind(
        "security.istio.io", security, "PeerAuthentication", "peerauthentications", ["pa"]
    ) { ObjectSpec.peerAuthentication($0) }
    static let requestAuthentication = ObjectKind(
        "security.istio.io", security, "RequestAuthentication", "requestauthentications", ["ra"]
    ) { ObjectSpec.requestAuthentication($0) }
    static let telemetry = ObjectKind(
        "telemetry.istio.io", ["v1", "v1alpha1"], "Telemetry", "telemetries", ["telemetry"]
    ) { ObjectSpec.telemetry($0) }
    static let destination = ObjectKind(
        glooDiscovery, ["v1"], "Destination", "destinations", ["dest", "dests"]
    ) { ObjectSpec.destination($0) }
    static let workload = ObjectKind(
        glooDiscovery, ["v1"], "Workload", "workloads", ["wkld", "wklds"]
    ) { ObjectSpec.workload($0) }
    static let mesh = ObjectKind(
        glooDiscovery, ["v1"], "Mesh", "meshes"
    ) { ObjectSpec.mesh($0) }
    static let trafficPolicy = ObjectKind(
        glooNetworking, ["v1"], "TrafficPolicy", "trafficpolicies", ["tp", "tps"]
    ) { ObjectSpec.trafficPolicy($0) }
    static let accessPolicy = ObjectKind(
        glooNetworking, ["v1"], "AccessPolicy", "accesspolicies", ["ap", "aps"]
    ) { ObjectSpec.accessPolicy($0) }
    static let virtualMesh = ObjectKind(
        glooNetworking, ["v1"], "VirtualMesh", "virtualmeshes", ["vm", "vms"]
    ) { ObjectSpec.virtualMesh($0) }
    static let settings = ObjectKind(
        "settings.mesh.gloo.solo.io", ["v1"], "Settings", "settings", ["s"]
    ) { ObjectSpec.settings($0) }
    static let kubernetesCluster = ObjectKind(
        "multicluster.solo.io", ["v1alpha1"], "KubernetesCluster", "kubernetesclusters"
    ) { ObjectSpec.kubernetesCluster($0) }
    static let service = ObjectKind(
        "", ["v1"], "Service", "services", ["svc"]
    ) { ObjectSpec.service($0) }
    static let endpointSlice = ObjectKind(
        "discovery.k8s.io", ["v1", "v1beta1"], "EndpointSlice", "endpointslices", body: .root
    ) { ObjectSpec.endpointSlice($0) }
    static let pod = ObjectKind(
        "", ["v1"], "Pod", "pods", ["po"]
    ) { ObjectSpec.pod($0) }
    static let namespace = ObjectKind(
        "", ["v1"], "Namespace", "namespaces", ["ns"], namespaced: false
    ) { ObjectSpec.namespace($0) }
    static let secret = ObjectKind(
        "", ["v1"], "Secret", "secrets", body: .root
    ) { ObjectSpec.secret($0) }
    static let configMap = ObjectKind(
        "", ["v1"], "ConfigMap", "configmaps", ["cm"], body: .root
    ) { ObjectSpec.configMap($0) }

    /// Every kind that Petrel knows.
    public static let all: [ObjectKind] = [
        serviceEntry, workloadEntry, workloadGroup, virtualService, destinationRule, sidecar,
        gateway, proxyConfig, authorizationPolicy, peerAuthentication, requestAuthentication, telemetry,
        destination, workload, mesh, trafficPolicy, accessPolicy, virtualMesh,
        settings, kubernetesCluster, service, endpointSlice, pod, namespace,
        secret, configMap,
    ]
}
