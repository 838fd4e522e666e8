internal import MeshAPI

/// The VirtualServices of a mesh, ready to be asked for: oldest first,
/// delegates merged in, grouped by who sees them on which gateway.
struct VirtualServiceIndex: Sendable {
    /// By gateway name (`mesh`, `namespace/name`), oldest first.
    private let byGateway: [String: [ResolvedVirtualService]]

    init(
        objects: [(MeshObject, VirtualService)], mesh: MeshConfig, domain: String, isKnown: (String) -> Bool
    ) {
        let resolved = objects.map { object, spec in
            ResolvedVirtualService(object: object, spec: spec, mesh: mesh, domain: domain, isKnown: isKnown)
        }.sorted(by: ResolvedVirtualService.isOlder)
        let merged = VirtualServiceDelegation(resolved).merged()
        var byGateway: [String: [ResolvedVirtualService]] = [:]
        for service in merged {
            for gateway in service.gateways { byGateway[gateway, default: []].append(service) }
        }
        self.byGateway = byGateway
    }

    /// Those that a proxy of `namespace` may use on a gateway: private ones
    /// first, then those shown to its namespace by name, then the public.
    func services(gateway: String, namespace: String) -> [ResolvedVirtualService] {
        guard let all = byGateway[gateway] else { return [] }
        var own: [ResolvedVirtualService] = []
        var shown: [ResolvedVirtualService] = []
        var everyone: [ResolvedVirtualService] = []
        for service in all {
            switch service.visibility {
            case .everywhere: everyone.append(service)
            case .nobody: continue
            case .namespaces(let names):
                guard names.contains(namespace) else { continue }
                let isPrivate = names.count == 1 && service.namespace == namespace
                if isPrivate { own.append(service) } else { shown.append(service) }
            }
        }
        return own + shown + everyone
    }
}
