internal import EnvoyAPI
internal import ServiceRegistry

/// Builds the table of names that the mesh's DNS answers: every visible
/// service with addresses, and headless services at their endpoints'.
struct NameTableBuilder {
    let context: ProxyContext

    func table() -> Istio_Networking_Nds_V1_NameTable {
        var table = Istio_Networking_Nds_V1_NameTable()
        table.table.reserveCapacity(context.scope.services.count)
        for service in context.scope.services {
            let addresses = addresses(of: service) + declared(besides: service)
            guard !addresses.isEmpty else { continue }
            for host in [service.hostname] + service.aliases {
                table.table[host.lowercased()] = Self.entry(service, addresses)
            }
        }
        return table
    }

    /// Addresses that ServiceEntries give to a Kubernetes Service's host.
    private func declared(besides service: Service) -> [String] {
        guard service.registry == .kubernetes else { return [] }
        return context.snapshot.services(named: service.hostname, visibleTo: context.proxy.namespace)
            .filter { $0.registry == .external }.flatMap(addresses(of:))
    }

    private func addresses(of service: Service) -> [String] {
        switch context.snapshot.address(of: service, for: context.proxy) {
        case .addresses(let addresses): return addresses.filter { !$0.utf8.contains(UInt8(ascii: "/")) }
        case .unspecified:
            guard service.isHeadless else { return [] }
            var seen: Set<String> = []
            return service.ports.flatMap { context.snapshot.endpoints(of: service, port: $0) }
                .map(\.address).filter { IPAddress.isAddress($0) && seen.insert($0).inserted }
        }
    }

    private static func entry(_ service: Service, _ addresses: [String]) -> Istio_Networking_Nds_V1_NameTable.NameInfo {
        var entry = Istio_Networking_Nds_V1_NameTable.NameInfo()
        entry.ips = addresses
        entry.registry = service.registry.rawValue
        if service.registry == .kubernetes {
            entry.shortname = service.name
            entry.namespace = service.namespace
        }
        return entry
    }
}
