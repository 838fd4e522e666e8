internal import MeshAPI

/// The VirtualServices of a mesh, ready to be asked for: oldest first,
/// delegates merged in, grouped by who sees them on which gateway.
struct VirtualServiceIndex: Sendable {
    /// By gateway name (`mesh`, `namespace/name`), oldest first.
    private var byGateway: [String: [ResolvedVirtualService]]
    /// Whether some routes are written in other objects than those that serve them.
    private let hasDelegates: Bool
    /// Whether connections are routed, by server name or address.
    let routesConnections: Bool

    init(
        objects: [(MeshObject, VirtualService)], mesh: MeshConfig, domain: String, isKnown: (String) -> Bool
    ) {
        let resolved = objects.map { object, spec in
            ResolvedVirtualService(object: object, spec: spec, mesh: mesh, domain: domain, isKnown: isKnown)
        }.sorted(by: ResolvedVirtualService.isOlder)
        let merged = VirtualServiceDelegation(resolved).merged()
        hasDelegates = resolved.contains { $0.hosts.isEmpty } || merged.contains { !$0.delegates.isEmpty }
        routesConnections = merged.contains { !$0.spec.tls.isEmpty || !$0.spec.tcp.isEmpty }
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

    /// The same with one rule in place of its former version.
    ///
    /// - Returns: nil when more would have to change.
    func replacing(_ new: ResolvedVirtualService) -> VirtualServiceIndex? {
        if hasDelegates || new.spec.http.contains(where: { $0.delegate != nil }) { return nil }
        var index = self
        for gateway in new.gateways {
            guard let position = byGateway[gateway]?.firstIndex(where: { $0.origin == new.origin }),
                let old = byGateway[gateway]?[position], old.isReplaceable(by: new)
            else { return nil }
            index.byGateway[gateway]?[position] = new
        }
        return index
    }
}

extension ResolvedVirtualService {
    /// Whether a new version of the object differs in its routes only.
    fileprivate func isReplaceable(by new: ResolvedVirtualService) -> Bool {
        hosts == new.hosts && gateways == new.gateways && visibility == new.visibility
            && creationTimestamp == new.creationTimestamp && hasGatewaySemantics == new.hasGatewaySemantics
            && isTLSRoute == new.isTLSRoute && spec.tls.isEmpty == new.spec.tls.isEmpty
            && spec.tcp.isEmpty == new.spec.tcp.isEmpty
    }
}
