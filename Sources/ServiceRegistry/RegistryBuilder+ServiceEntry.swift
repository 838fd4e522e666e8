internal import MeshAPI

extension RegistryBuilder {
    /// Adds the hosts of all ServiceEntries, addresses given to those without.
    mutating func addServiceEntries(_ kinds: ObjectsByKind) {
        let entries = kinds.serviceEntries.sorted { ObjectsByKind.isOlder($0.0, $1.0) }
        let allocations = Self.allocate(entries, taken: services.flatMap(\.addresses))
        for (index, entry) in entries.enumerated() {
            add(entry.0, entry.1, allocations: allocations[index])
        }
    }

    mutating func add(
        _ object: MeshObject, _ entry: ServiceEntry,
        allocations: [String: AddressAllocator.Allocation]
    ) {
        let namespace = object.metadata.namespace
        let addresses = Self.addresses(entry)
        let ports = entry.ports.map { port in
            ServicePort(
                number: Int(port.number), name: port.name,
                portProtocol: PortProtocol(declared: port.protocol, portName: port.name),
                targetPort: Int(port.targetPort))
        }
        let resolution = Self.resolution(entry.resolution)
        let visibility = Visibility(
            exportTo: entry.exportTo, namespace: namespace,
            meshDefault: mesh.defaultServiceExportTo)
        let hasRecorded = !Self.recordedAddresses(object).isEmpty
        for host in entry.hosts {
            let allocation = allocations[host]
            let service = Service(
                hostname: host, namespace: namespace, name: host, origins: [object.reference],
                registry: .external, addresses: addresses, allocatedIPv4: allocation?.ipv4,
                allocatedIPv6: allocation?.ipv6, ports: ports, resolution: resolution,
                isMeshExternal: entry.location == .meshExternal, visibility: visibility,
                labels: object.metadata.labels, selector: entry.workloadSelector?.labels ?? [:],
                subjectAltNames: entry.subjectAltNames,
                creationTimestamp: object.metadata.creationTimestamp ?? "",
                isHashAddressable: addresses.isEmpty && !Hostname.isWildcard(host)
                    && resolution != .passthrough && !hasRecorded)
            add(service, endpoints: endpoints(of: service, object, entry))
        }
    }

    /// Single-address ranges become addresses; what can't be read is left out.
    private static func addresses(_ entry: ServiceEntry) -> [String] {
        entry.addresses.compactMap { text in
            if let address = IPAddress(text) { return address.description }
            guard let range = AddressRange(text) else { return nil }
            return range.isSingle ? range.address.description : text
        }
    }

    private static func resolution(_ field: ServiceEntry.Resolution) -> Service.Resolution {
        switch field {
        case .none: .passthrough
        case .static: .endpoints
        case .dns: .dns
        case .dnsRoundRobin: .dnsRoundRobin
        case .dynamicDNS: .dynamicDNS
        }
    }

    private func endpoints(
        of service: Service, _ object: MeshObject, _ entry: ServiceEntry
    ) -> [ServiceEndpoint] {
        if let selector = entry.workloadSelector {
            let selected = workloads.selected(by: selector.labels, namespace: service.namespace)
            return selected.flatMap { workload in
                service.ports.compactMap { workload.endpoint(for: $0, resolution: service.resolution) }
            }
        }
        switch service.resolution {
        case .passthrough, .dynamicDNS, .alias: return []
        case .dns where entry.endpoints.isEmpty, .dnsRoundRobin where entry.endpoints.isEmpty:
            return service.ports.map { Self.synthetic($0, service: service, object: object) }
        default: break
        }
        return service.ports.flatMap { port in
            entry.endpoints.enumerated().map { index, workload in
                Workload(
                    kind: "ServiceEntry", namespace: service.namespace,
                    name: "\(object.metadata.name)-\(index)", entry: workload, metadataLabels: [:],
                    trustDomain: mesh.trustDomain
                ).inlineEndpoint(for: port, origin: object.reference)
            }
        }
    }

    /// The host itself, resolved by the proxy.
    private static func synthetic(
        _ port: ServicePort, service: Service, object: MeshObject
    ) -> ServiceEndpoint {
        ServiceEndpoint(
            address: service.hostname, port: port.targetPort > 0 ? port.targetPort : port.number,
            isUnixSocket: false, portName: port.name, labels: [:], locality: "", network: "",
            weight: 1, speaksMeshTLS: false, identity: "", workloadName: object.metadata.name,
            namespace: service.namespace, origin: object.reference)
    }

    private static func allocate(
        _ entries: [(MeshObject, ServiceEntry)], taken: [String]
    ) -> [[String: AddressAllocator.Allocation]] {
        let declared = entries.flatMap(\.1.addresses)
        let claims = entries.map { object, entry in
            AddressAllocator.Claim(
                namespace: object.metadata.namespace, name: object.metadata.name,
                creationTimestamp: object.metadata.creationTimestamp ?? "",
                hosts: hostsNeedingAddresses(object, entry), recorded: recordedAddresses(object))
        }
        return AddressAllocator.allocate(claims, taken: taken + declared)
    }

    static func hostsNeedingAddresses(_ object: MeshObject, _ entry: ServiceEntry) -> [String] {
        let optOut = object.metadata.labels["networking.istio.io/enable-autoallocate-ip"] == "false"
        guard entry.resolution != .none, entry.addresses.isEmpty, !optOut else { return [] }
        return entry.hosts.filter { !Hostname.isWildcard($0) || entry.resolution == .dynamicDNS }
    }

    private static func recordedAddresses(_ object: MeshObject) -> [(value: String, host: String)] {
        (object.status?["addresses"]?.array ?? []).compactMap { entry in
            guard let value = entry["value"]?.string, let host = entry["host"]?.string else { return nil }
            return (value, host)
        }
    }
}
