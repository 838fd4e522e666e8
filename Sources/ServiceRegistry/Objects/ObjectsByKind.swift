internal import MeshAPI

/// The objects of a mesh, sorted into kinds; oldest first within each.
struct ObjectsByKind {
    var serviceEntries: [(MeshObject, ServiceEntry)] = []
    var virtualServices: [(MeshObject, VirtualService)] = []
    var destinationRules: [(MeshObject, DestinationRule)] = []
    var kubernetesServices: [(MeshObject, KubernetesService)] = []
    var workloadEntries: [(MeshObject, WorkloadEntry)] = []
    var sidecars: [SidecarObject] = []
    var gateways: [GatewayObject] = []
    var policies: [AuthorizationPolicyObject] = []
    var telemetries: [TelemetryObject] = []
    /// By namespace.
    var peerAuthentications: [String: [PeerAuthenticationObject]] = [:]
    /// By namespace.
    var proxyConfigs: [String: [ProxyConfigObject]] = [:]
    var pods: [MeshObject] = []
    var endpointSlices: [MeshObject] = []
    /// Secrets and ConfigMaps by `kind/namespace/name`.
    var credentials: [String: MeshObject] = [:]

    init(_ objects: [MeshObject]) {
        var others: [MeshObject] = []
        for object in objects {
            switch object.spec {
            case .serviceEntry(let spec): serviceEntries.append((object, spec))
            case .virtualService(let spec): virtualServices.append((object, spec))
            case .destinationRule(let spec): destinationRules.append((object, spec))
            case .service(let spec): kubernetesServices.append((object, spec))
            case .workloadEntry(let spec): workloadEntries.append((object, spec))
            default: others.append(object)
            }
        }
        serviceEntries.sort { Self.isOlder($0.0, $1.0) }
        workloadEntries.sort { Self.isOlder($0.0, $1.0) }
        kubernetesServices.sort { Self.isOlder($0.0, $1.0) }
        others.sort(by: Self.isOlder)
        for object in others { add(object) }
    }

    private mutating func add(_ object: MeshObject) {
        let namespace = object.metadata.namespace
        switch object.spec {
        case .telemetry(let spec): telemetries.append(TelemetryObject(object, spec))
        case .peerAuthentication(let spec):
            peerAuthentications[namespace, default: []].append(PeerAuthenticationObject(spec))
        case .proxyConfig(let spec): proxyConfigs[namespace, default: []].append(ProxyConfigObject(spec))
        default: break
        }
        switch (object.group, object.kind) {
        case ("networking.istio.io", "Sidecar"): sidecars.append(SidecarObject(object))
        case ("networking.istio.io", "Gateway"): gateways.append(GatewayObject(object))
        case ("security.istio.io", "AuthorizationPolicy"): policies.append(AuthorizationPolicyObject(object))
        case ("", "Pod"): pods.append(object)
        case ("discovery.k8s.io", "EndpointSlice"): endpointSlices.append(object)
        case ("", "Secret"), ("", "ConfigMap"):
            credentials["\(object.kind)/\(object.metadata.namespace)/\(object.metadata.name)"] = object
        default: break
        }
    }

    /// By age, then name, then namespace: the rule by which conflicts are
    /// decided everywhere.
    static func isOlder(_ left: MeshObject, _ right: MeshObject) -> Bool {
        let first = left.metadata
        let second = right.metadata
        let firstAge = first.creationTimestamp ?? ""
        let secondAge = second.creationTimestamp ?? ""
        if firstAge != secondAge { return firstAge < secondAge }
        if first.name != second.name { return first.name < second.name }
        return first.namespace < second.namespace
    }
}
