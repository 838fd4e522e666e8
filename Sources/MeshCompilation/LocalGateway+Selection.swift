internal import MeshAPI

extension LocalGateway {
    /// Workloads of one namespace that the same labels select.
    private struct Workload: Hashable {
        var namespace: String
        var labels: [String: String]
    }

    /// The gateways that some objects ask for, in the order of their names.
    static func all(in objects: [MeshObject]) -> [LocalGateway] {
        let selectors = objects.compactMap { object -> [String: String]? in
            guard case .gateway(let gateway) = object.spec, !gateway.selector.isEmpty else { return nil }
            return gateway.selector
        }
        guard !selectors.isEmpty else { return [] }
        let served = Served(objects)
        var services: [Workload: [Service]] = [:]
        for object in objects {
            guard case .service(let service) = object.spec, service.type != "ExternalName",
                selectors.contains(where: { selects($0, service.selector) }), !served.includes(object.metadata, service)
            else { continue }
            let workload = Workload(namespace: object.metadata.namespace, labels: service.selector)
            services[workload, default: []].append(Service(reference: object.reference, ports: service.ports.map(Port.init)))
        }
        return services.map { workload, services in
            LocalGateway(
                namespace: workload.namespace, labels: workload.labels,
                services: services.sorted { $0.reference < $1.reference })
        }.sorted { $0.text < $1.text }
    }

    private static func selects(_ selector: [String: String], _ labels: [String: String]) -> Bool {
        selector.allSatisfy { labels[$0.key] == $0.value }
    }

    /// Services that run elsewhere.
    private struct Served {
        private var slices: Set<String> = []
        private var pods: [ObjectMeta] = []

        init(_ objects: [MeshObject]) {
            for object in objects {
                switch object.spec {
                case .endpointSlice:
                    if let name = object.metadata.labels["kubernetes.io/service-name"] {
                        slices.insert("\(object.metadata.namespace)/\(name)")
                    }
                case .pod: pods.append(object.metadata)
                default: continue
                }
            }
        }

        func includes(_ service: ObjectMeta, _ spec: KubernetesService) -> Bool {
            slices.contains("\(service.namespace)/\(service.name)")
                || pods.contains { $0.namespace == service.namespace && LocalGateway.selects(spec.selector, $0.labels) }
        }
    }
}

extension LocalGateway.Port {
    init(_ port: KubernetesService.Port) {
        name = port.name
        number = Int(port.port)
        if case .integer(let target)? = port.targetPort { self.target = Int(target) } else { target = Int(port.port) }
    }
}
