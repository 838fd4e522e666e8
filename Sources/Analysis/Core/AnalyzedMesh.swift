internal import MeshAPI
internal import ServiceRegistry

/// An object of a known kind.
struct Declared<Spec: Sendable>: Sendable {
    let object: MeshObject
    let spec: Spec

    var reference: ObjectReference { object.reference }
    var namespace: String { object.metadata.namespace }
    var name: String { object.metadata.name }
    var labels: [String: String] { object.metadata.labels }
    /// `namespace/name`, the way Istio's messages name objects.
    var fullName: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }
}

/// The objects of a mesh by kind, with the indexes that several rules use.
struct AnalyzedMesh: Sendable {
    let objects: [MeshObject]
    let mesh: MeshConfig
    let readingViolations: [Violation]
    let validationViolations: [Violation]
    let texts: [String: String]

    private(set) var serviceEntries: [Declared<ServiceEntry>] = []
    private(set) var serviceEntriesByReference: [ObjectReference: Declared<ServiceEntry>] = [:]
    private(set) var workloadEntries: [Declared<WorkloadEntry>] = []
    private(set) var virtualServices: [Declared<VirtualService>] = []
    private(set) var destinationRules: [Declared<DestinationRule>] = []
    private(set) var sidecars: [Declared<Sidecar>] = []
    private(set) var gateways: [Declared<Gateway>] = []
    private(set) var authorizationPolicies: [Declared<AuthorizationPolicy>] = []
    private(set) var requestAuthentications: [Declared<RequestAuthentication>] = []
    private(set) var services: [Declared<KubernetesService>] = []
    private(set) var pods: [Declared<Pod>] = []
    private(set) var namespaces: [MeshObject] = []
    private(set) var secrets: [Declared<Secret>] = []

    /// The registry of the objects that are valid each by itself.
    let snapshot: MeshSnapshot
    /// Its services by host.
    let servicesByHost: [String: [Service]]
    /// The hosts that Istio's analyzers know.
    let hosts: HostCatalog

    init(objects: [MeshObject], mesh: MeshConfig, readingViolations: [Violation] = [], texts: [String: String] = [:]) {
        self.objects = objects
        self.mesh = mesh
        self.readingViolations = readingViolations
        self.texts = texts
        let checked = objects.map { ($0, Validator.validate($0)) }
        validationViolations = checked.flatMap(\.1)
        let faulty = Set(readingViolations.filter { $0.severity == .error }.compactMap(\.object))
        let valid = checked.filter { object, violations in
            !faulty.contains(object.reference) && !violations.contains { $0.severity == .error }
        }
        snapshot = MeshSnapshot(objects: valid.map(\.0), mesh: mesh)
        servicesByHost = Dictionary(grouping: snapshot.services, by: \.hostname)
        hosts = HostCatalog(objects)
        for object in objects { add(object) }
        for object in DefaultIngressGateway.objects(mesh) { add(object) }
        serviceEntriesByReference = Dictionary(serviceEntries.map { ($0.reference, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private mutating func add(_ object: MeshObject) {
        switch object.spec {
        case .serviceEntry(let spec): serviceEntries.append(Declared(object: object, spec: spec))
        case .workloadEntry(let spec): workloadEntries.append(Declared(object: object, spec: spec))
        case .virtualService(let spec): virtualServices.append(Declared(object: object, spec: spec))
        case .destinationRule(let spec): destinationRules.append(Declared(object: object, spec: spec))
        case .sidecar(let spec): sidecars.append(Declared(object: object, spec: spec))
        case .gateway(let spec): gateways.append(Declared(object: object, spec: spec))
        case .authorizationPolicy(let spec): authorizationPolicies.append(Declared(object: object, spec: spec))
        case .requestAuthentication(let spec): requestAuthentications.append(Declared(object: object, spec: spec))
        case .service(let spec): services.append(Declared(object: object, spec: spec))
        case .pod(let spec): pods.append(Declared(object: object, spec: spec))
        case .namespace: namespaces.append(object)
        case .secret(let spec): secrets.append(Declared(object: object, spec: spec))
        default: break
        }
    }

    /// The pods that a selector selects.
    func pods(selectedBy labels: [String: String], in namespace: String? = nil) -> [Declared<Pod>] {
        pods.filter { pod in
            (namespace == nil || pod.namespace == namespace) && labels.isSelector(of: pod.labels)
        }
    }
}

extension [String: String] {
    /// Whether these labels, as a selector, select what has those.
    func isSelector(of labels: [String: String]) -> Bool { allSatisfy { labels[$0.key] == $0.value } }

    /// The selector as Kubernetes prints it: `a=b,c=d`.
    var selectorText: String { sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",") }
}
