internal import MeshAPI

/// The EndpointSlices of a mesh by the Service they belong to.
struct EndpointSlices {
    private var byService: [String: [MeshObject]] = [:]

    init(_ objects: [MeshObject]) {
        for object in objects {
            guard let name = object.metadata.labels["kubernetes.io/service-name"] else { continue }
            byService["\(object.metadata.namespace)/\(name)", default: []].append(object)
        }
    }

    /// The endpoints listed for a Service; nil when nothing is listed for it.
    func endpoints(of service: Service, pods: WorkloadIndex) -> [ServiceEndpoint]? {
        guard let slices = byService["\(service.namespace)/\(service.name)"] else { return nil }
        return slices.flatMap { slice in
            let fields = ObjectFields(root: slice)
            return fields["ports"].list.flatMap { port in
                fields["endpoints"].list
                    .filter { $0["conditions"]["ready"].bool ?? true }
                    .flatMap { endpoint in
                        endpoint["addresses"].strings.map { address in
                            Self.endpoint(address, endpoint, port, service: service, slice: slice)
                        }
                    }
            }
        }
    }

    private static func endpoint(
        _ address: String, _ endpoint: ObjectFields, _ port: ObjectFields, service: Service,
        slice: MeshObject
    ) -> ServiceEndpoint {
        let target = endpoint["targetRef"]["name"].string
        return ServiceEndpoint(
            address: address, port: port["port"].int ?? 0, isUnixSocket: false,
            portName: port["name"].string, labels: [:], locality: endpoint["zone"].string, network: "",
            weight: 1, speaksMeshTLS: false, identity: "",
            workloadName: target.isEmpty ? service.name : target, namespace: service.namespace,
            origin: slice.reference)
    }
}
