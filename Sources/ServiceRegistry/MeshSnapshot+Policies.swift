public import MeshAPI

extension MeshSnapshot {
    /// The AuthorizationPolicies that are attached to an object by
    /// `targetRefs`, oldest first. A policy is attached to objects of its own
    /// namespace only.
    public func policies(attachedTo object: ObjectReference) -> [AuthorizationPolicyObject] {
        policiesByTarget[object] ?? []
    }

    /// Whether any policy is attached to a service.
    public var hasAttachedPolicies: Bool { !policiesByTarget.isEmpty }

    static func byTarget(_ policies: [AuthorizationPolicyObject]) -> [ObjectReference: [AuthorizationPolicyObject]] {
        var found: [ObjectReference: [AuthorizationPolicyObject]] = [:]
        for policy in policies {
            for target in Set(policy.targets) where target.isService {
                let object = ObjectReference(
                    kind: target.kind, namespace: policy.reference.namespace, name: target.name)
                found[object, default: []].append(policy)
            }
        }
        return found
    }

    /// Whether clients of a service use mutual TLS by themselves, as far as
    /// the PeerAuthentications of its namespace and of the mesh say.
    public func acceptsMutualTLS(_ service: Service) -> Bool {
        mode(namespace: service.namespace) != .disable
    }

    /// Whether an endpoint takes mutual TLS: the policies that select its
    /// labels come first, those of its port before those of all.
    public func acceptsMutualTLS(_ endpoint: ServiceEndpoint) -> Bool {
        guard !peerAuthentications.isEmpty else { return true }
        let own = peerAuthentications[endpoint.namespace] ?? []
        let selected = own.first { policy in
            !policy.selector.isEmpty && policy.selector.allSatisfy { endpoint.labels[$0.key] == $0.value }
        }
        guard let selected else { return mode(namespace: endpoint.namespace) != .disable }
        if let mode = selected.ports[endpoint.port], mode != .unset { return mode != .disable }
        let mode = selected.mode == .unset ? mode(namespace: endpoint.namespace) : selected.mode
        return mode != .disable
    }

    private func mode(namespace: String) -> PeerAuthentication.Mode {
        for name in [namespace, mesh.rootNamespace] {
            let policy = peerAuthentications[name]?.first { $0.selector.isEmpty }
            if let policy, policy.mode != .unset { return policy.mode }
        }
        return .permissive
    }

    /// The proxy with the settings that it is started with: those of the
    /// mesh, then those of ProxyConfigs, then its own. A variable
    /// `ISTIO_META_X` is the setting `X`.
    public func completed(_ proxy: ProxyIdentity) -> ProxyIdentity {
        let root = proxyConfigs[mesh.rootNamespace]?.first { $0.selector.isEmpty }
        let own = proxyConfigs[proxy.namespace] ?? []
        let selected = own.first { config in
            !config.selector.isEmpty && config.selector.allSatisfy { proxy.labels[$0.key] == $0.value }
        }
        var layers: [[String: String]] = []
        if let fields = mesh.defaultConfig["proxyMetadata"]?.object {
            layers.append(Dictionary(fields.map { ($0.name, $0.value.string ?? "") }, uniquingKeysWith: { $1 }))
        }
        layers += [root, own.first { $0.selector.isEmpty }, selected].compactMap { $0?.environment }
        if layers.allSatisfy(\.isEmpty) { return proxy }
        var proxy = proxy
        var metadata: [String: String] = [:]
        for layer in layers {
            for (name, value) in layer where name.hasPrefix("ISTIO_META_") {
                metadata[String(name.dropFirst("ISTIO_META_".count))] = value
            }
        }
        proxy.metadata.merge(metadata) { own, _ in own }
        return proxy
    }
}
