public import MeshAPI

extension MeshSnapshot {
    /// This snapshot with new versions of some objects, made from what is known
    /// already: the cost is that of the objects, not of the mesh. The result is the
    /// one that all objects read anew would give.
    ///
    /// That works for objects which are replaced in place: ServiceEntries with the
    /// same hosts and addresses, VirtualServices and DestinationRules with the same
    /// hosts and the same readers.
    ///
    /// - Parameter replaced: Former and new version of each object.
    /// - Returns: nil when an object needs more than that.
    public func replacing(
        _ replaced: [(old: MeshObject, new: MeshObject)]
    ) -> (snapshot: MeshSnapshot, changes: SnapshotChanges)? {
        var patch = SnapshotPatch(self)
        for (old, new) in replaced {
            guard old.reference == new.reference, old.apiVersion == new.apiVersion else { return nil }
            switch (old.spec, new.spec) {
            case (.serviceEntry(let before), .serviceEntry(let after)):
                guard patch.replace(old, before, by: new, after) else { return nil }
            case (.virtualService(let before), .virtualService(let after)):
                guard patch.replace(before, by: new, after) else { return nil }
            case (.destinationRule, .destinationRule(let after)):
                guard patch.replace(by: new, after) else { return nil }
            default: return nil
            }
        }
        return (patch.snapshot(), patch.changes)
    }
}

/// A snapshot in the course of being changed.
private struct SnapshotPatch {
    let previous: MeshSnapshot
    var changes = SnapshotChanges()
    private var services: [Service]
    private var endpoints: [ServiceKey: [ServiceEndpoint]]
    private var addresses: Set<String>
    private var virtualServices: VirtualServiceIndex
    private var destinationRules: DestinationRuleIndex
    private var newServices: [ObjectIdentifier: Service] = [:]
    private var newRules: [ObjectReference: ResolvedVirtualService] = [:]

    init(_ previous: MeshSnapshot) {
        self.previous = previous
        services = previous.services
        endpoints = previous.endpointsByService
        addresses = previous.endpointAddresses
        virtualServices = previous.virtualServices
        destinationRules = previous.destinationRules
    }

    func snapshot() -> MeshSnapshot {
        let scopes = previous.knownScopes.compactMapValues { scope -> SidecarScope? in
            // Services of a `Sidecar` may have been cut to some ports.
            guard scope.origin == nil else { return newServices.isEmpty && newRules.isEmpty ? scope : nil }
            return scope.replacing(services: newServices, rules: newRules)
        }
        return MeshSnapshot(
            previous, services: services, endpoints: endpoints, endpointAddresses: addresses,
            virtualServices: virtualServices, destinationRules: destinationRules, scopes: scopes,
            hashed: previous.knownHashedAddresses)
    }

    // MARK: - ServiceEntry

    mutating func replace(_ old: MeshObject, _ before: ServiceEntry, by new: MeshObject, _ after: ServiceEntry) -> Bool {
        guard before.hosts == after.hosts, Set(after.hosts).count == after.hosts.count,
            before.addresses == after.addresses, before.exportTo == after.exportTo,
            before.workloadSelector == nil, after.workloadSelector == nil,
            old.status == new.status, old.metadata.labels == new.metadata.labels,
            old.metadata.creationTimestamp == new.metadata.creationTimestamp,
            RegistryBuilder.hostsNeedingAddresses(old, before) == RegistryBuilder.hostsNeedingAddresses(new, after)
        else { return false }
        var positions: [Int] = []
        var allocations: [String: AddressAllocator.Allocation] = [:]
        for host in after.hosts {
            guard let known = previous.byHostname[host], known.count == 1 else { return false }
            let service = services[known[0]]
            guard service.registry == .external, service.origins == [new.reference], service.aliases.isEmpty else { return false }
            positions.append(known[0])
            if let ipv4 = service.allocatedIPv4, let ipv6 = service.allocatedIPv6 {
                allocations[host] = AddressAllocator.Allocation(ipv4: ipv4, ipv6: ipv6)
            }
        }
        let nobody = WorkloadIndex(ObjectsByKind([]), mesh: previous.mesh)
        var builder = RegistryBuilder(mesh: previous.mesh, domain: previous.clusterDomain, workloads: nobody)
        builder.add(new, after, allocations: allocations)
        for (position, service) in zip(positions, builder.services) {
            let former = services[position]
            guard former.isHashAddressable == service.isHashAddressable else { return false }
            services[position] = service
            // The same object may be replaced twice.
            let first = newServices.first { $0.value === former }?.key ?? ObjectIdentifier(former)
            newServices[first] = service
            let reached = builder.endpoints[service.key]
            endpoints[service.key] = reached
            addresses.formUnion((reached ?? []).map(\.address).filter(IPAddress.isAddress))
            changes.services.insert(service.hostname)
            if former.ports != service.ports || former.resolution != service.resolution { changes.reshapesServices = true }
        }
        return true
    }

    // MARK: - Rules

    mutating func replace(_ before: VirtualService, by new: MeshObject, _ after: VirtualService) -> Bool {
        let known = previous.byHostname
        let resolved = ResolvedVirtualService(
            object: new, spec: after, mesh: previous.mesh, domain: previous.clusterDomain, isKnown: { known[$0] != nil })
        guard let next = virtualServices.replacing(resolved) else { return false }
        virtualServices = next
        newRules[resolved.origin] = resolved
        if before.http != after.http { changes.routesRequests = true }
        if before.tls != after.tls || before.tcp != after.tcp { changes.routesConnections = true }
        return true
    }

    mutating func replace(by new: MeshObject, _ after: DestinationRule) -> Bool {
        let resolved = ResolvedDestinationRule(object: new, spec: after, mesh: previous.mesh, domain: previous.clusterDomain)
        guard let next = destinationRules.replacing(resolved) else { return false }
        destinationRules = next
        changes.rules.insert(resolved.host)
        return true
    }
}
