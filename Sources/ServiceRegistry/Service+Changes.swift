internal import MeshAPI

extension Service {
    /// The same service with other ports.
    func with(ports: [ServicePort]) -> Service {
        changed(ports: ports)
    }

    /// The same service meant by further hosts too.
    func with(aliases: [String]) -> Service {
        changed(aliases: aliases)
    }

    /// This service with the ports of another declaration of the same host;
    /// its own ports win.
    func merging(_ other: Service) -> Service {
        let added = other.ports.filter { port($0.number) == nil }
        let known = addresses
        let addresses = known + other.addresses.filter { !known.contains($0) }
        return changed(
            ports: ports + added, addresses: addresses, origins: origins + other.origins)
    }

    /// Whether two declarations of one host speak of one service.
    func isMergeable(with other: Service) -> Bool {
        namespace == other.namespace && resolution == other.resolution
            && registry == other.registry && labels == other.labels
            && selector == other.selector && visibility == other.visibility
    }

    private func changed(
        ports: [ServicePort]? = nil, addresses: [String]? = nil,
        origins: [ObjectReference]? = nil, aliases: [String]? = nil
    ) -> Service {
        Service(
            hostname: hostname, namespace: namespace, name: name,
            origins: origins ?? self.origins, registry: registry,
            addresses: addresses ?? self.addresses, allocatedIPv4: allocatedIPv4,
            allocatedIPv6: allocatedIPv6, ports: ports ?? self.ports, resolution: resolution,
            isMeshExternal: isMeshExternal, visibility: visibility, labels: labels,
            selector: selector, subjectAltNames: subjectAltNames,
            aliases: aliases ?? self.aliases, externalName: externalName, isHeadless: isHeadless,
            creationTimestamp: creationTimestamp, isHashAddressable: isHashAddressable)
    }
}
