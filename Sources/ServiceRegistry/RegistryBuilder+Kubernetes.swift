internal import MeshAPI

extension RegistryBuilder {
    /// Adds the Services of Kubernetes, addresses given to those without.
    ///
    /// An `ExternalName` Service of a declared host is another name of that
    /// host. Of an undeclared one, it is a host of its own, with an address
    /// of its own, resolved by the proxy.
    mutating func addKubernetesServices(_ kinds: ObjectsByKind) {
        let declared = Set(kinds.serviceEntries.flatMap(\.1.hosts))
            .union(kinds.kubernetesServices.map { hostname($0.0) })
        let slices = EndpointSlices(kinds.endpointSlices)
        let needing = kinds.kubernetesServices.indices.filter { index in
            let service = kinds.kubernetesServices[index].1
            return service.clusterIP.isEmpty && service.clusterIPs.isEmpty
                && !declared.contains(service.externalName)
        }
        let claims = needing.map { index in
            let meta = kinds.kubernetesServices[index].0.metadata
            return ServiceAddressAllocator.Claim(
                namespace: meta.namespace, name: meta.name, creationTimestamp: meta.creationTimestamp ?? "")
        }
        let taken = kinds.serviceEntries.flatMap(\.1.addresses) + kinds.kubernetesServices.map(\.1.clusterIP)
        let given = ServiceAddressAllocator.allocate(claims, taken: taken)
        let allocated = Dictionary(uniqueKeysWithValues: zip(needing, given))
        for (index, entry) in kinds.kubernetesServices.enumerated() {
            let address = allocated[index].flatMap { $0 }
            add(entry.0, entry.1, address: address, isDeclared: declared.contains(entry.1.externalName), slices)
        }
    }

    private func hostname(_ object: MeshObject) -> String {
        "\(object.metadata.name).\(object.metadata.namespace).svc.\(domain)"
    }

    private mutating func add(
        _ object: MeshObject, _ spec: KubernetesService, address: String?, isDeclared: Bool,
        _ slices: EndpointSlices
    ) {
        let isHeadless = spec.clusterIP == "None"
        let isExternalName = spec.type == "ExternalName" && !spec.externalName.isEmpty
        let own = (spec.clusterIPs.isEmpty ? [spec.clusterIP] : spec.clusterIPs)
            .compactMap { IPAddress($0)?.description }
        let resolution: Service.Resolution =
            if isExternalName { isDeclared ? .alias : .dns } else if isHeadless { .passthrough } else { .endpoints }
        let meta = object.metadata
        let exportTo = (meta.annotations["networking.istio.io/exportTo"] ?? "")
            .split(separator: ",").map { String($0.filter { $0 != " " }) }
        let service = Service(
            hostname: hostname(object), namespace: meta.namespace, name: meta.name,
            origins: [object.reference], registry: .kubernetes,
            addresses: own.isEmpty && !isHeadless ? [address].compactMap { $0 } : own,
            ports: spec.ports.map(Self.port), resolution: resolution, isMeshExternal: isExternalName,
            visibility: Visibility(
                exportTo: exportTo, namespace: meta.namespace, meshDefault: mesh.defaultServiceExportTo),
            labels: meta.labels, selector: spec.selector,
            externalName: isExternalName ? spec.externalName : nil, isHeadless: isHeadless,
            creationTimestamp: meta.creationTimestamp ?? "")
        add(service, endpoints: endpoints(of: service, object, slices))
    }

    private static func port(_ port: KubernetesService.Port) -> ServicePort {
        var targetPort = 0
        var targetPortName: String?
        switch port.targetPort {
        case .integer(let number)?: targetPort = Int(number)
        case .string(let name)?: targetPortName = name
        case nil: break
        }
        return ServicePort(
            number: Int(port.port), name: port.name, portProtocol: portProtocol(port),
            targetPort: targetPort, targetPortName: targetPortName)
    }

    private static func portProtocol(_ port: KubernetesService.Port) -> PortProtocol {
        if port.protocol.uppercased() == "UDP" { return .udp }
        switch port.appProtocol {
        case "": break
        case "kubernetes.io/h2c": return .http2
        case "kubernetes.io/ws", "kubernetes.io/wss": return .http
        default:
            let found = PortProtocol(word: port.appProtocol)
            if found != .unsupported { return found }
        }
        let named = PortProtocol(portName: port.name)
        if named != .unsupported { return named }
        // Ports on which the server speaks first can't be sniffed.
        return [3306, 25].contains(port.port) ? .tcp : .unsupported
    }

    private func endpoints(
        of service: Service, _ object: MeshObject, _ slices: EndpointSlices
    ) -> [ServiceEndpoint] {
        if let name = service.externalName {
            guard service.resolution == .dns else { return [] }
            return service.ports.map { port in
                ServiceEndpoint(
                    address: name, port: port.targetPort > 0 ? port.targetPort : port.number,
                    isUnixSocket: false, portName: port.name, labels: [:], locality: "", network: "",
                    weight: 1, speaksMeshTLS: false, identity: "", workloadName: service.name,
                    namespace: service.namespace, origin: object.reference)
            }
        }
        if let listed = slices.endpoints(of: service, pods: workloads) { return listed }
        guard !service.selector.isEmpty else { return [] }
        let pods = workloads.selected(by: service.selector, namespace: service.namespace).filter(\.isPod)
        return pods.flatMap { pod in
            service.ports.compactMap { pod.endpoint(for: $0, resolution: .endpoints) }
        }
    }
}
