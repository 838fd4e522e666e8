extension ObjectSpec {
    /// The message inside, or nil for a kind that isn't known.
    public var message: (any ConfigFields)? {
        switch self {
        case .serviceEntry(let spec): spec
        case .workloadEntry(let spec): spec
        case .workloadGroup(let spec): spec
        case .virtualService(let spec): spec
        case .destinationRule(let spec): spec
        case .sidecar(let spec): spec
        case .gateway(let spec): spec
        case .proxyConfig(let spec): spec
        case .authorizationPolicy(let spec): spec
        case .peerAuthentication(let spec): spec
        case .requestAuthentication(let spec): spec
        case .telemetry(let spec): spec
        case .destination(let spec): spec
        case .workload(let spec): spec
        case .mesh(let spec): spec
        case .trafficPolicy(let spec): spec
        case .accessPolicy(let spec): spec
        case .virtualMesh(let spec): spec
        case .settings(let spec): spec
        case .kubernetesCluster(let spec): spec
        case .service(let spec): spec
        case .endpointSlice(let spec): spec
        case .pod(let spec): spec
        case .namespace(let spec): spec
        case .secret(let spec): spec
        case .configMap(let spec): spec
        case .unknown: nil
        }
    }

    /// The content as it is written.
    public func encode() -> ConfigValue {
        if case .unknown(let value) = self { return value }
        return message?.encode() ?? .null
    }

    /// Where the content stands in an object.
    var body: ObjectKind.Body { objectKind?.body ?? .root }

    /// The kind whose content this is, or nil when it isn't known.
    public var objectKind: ObjectKind? {
        switch self {
        case .serviceEntry: .serviceEntry
        case .workloadEntry: .workloadEntry
        case .workloadGroup: .workloadGroup
        case .virtualService: .virtualService
        case .destinationRule: .destinationRule
        case .sidecar: .sidecar
        case .gateway: .gateway
        case .proxyConfig: .proxyConfig
        case .authorizationPolicy: .authorizationPolicy
        case .peerAuthentication: .peerAuthentication
        case .requestAuthentication: .requestAuthentication
        case .telemetry: .telemetry
        case .destination: .destination
        case .workload: .workload
        case .mesh: .mesh
        case .trafficPolicy: .trafficPolicy
        case .accessPolicy: .accessPolicy
        case .virtualMesh: .virtualMesh
        case .settings: .settings
        case .kubernetesCluster: .kubernetesCluster
        case .service: .service
        case .endpointSlice: .endpointSlice
        case .pod: .pod
        case .namespace: .namespace
        case .secret: .secret
        case .configMap: .configMap
        case .unknown: nil
        }
    }
}
