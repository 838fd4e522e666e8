internal import MeshAPI

extension MeshSnapshot {
    /// The scope of a proxy. Scopes are made once per namespace or `Sidecar`
    /// object and shared by the proxies that they fit.
    public func scope(for proxy: ProxyIdentity) -> SidecarScope {
        if proxy.type == .router { return defaultScope(namespace: proxy.namespace) }
        guard let chosen = sidecarObject(for: proxy) else {
            return defaultScope(namespace: proxy.namespace)
        }
        let key = ScopeKey(namespace: proxy.namespace, sidecar: chosen.reference)
        return cachedScope(key) { self.makeScope(chosen, namespace: proxy.namespace) }
    }

    private func defaultScope(namespace: String) -> SidecarScope {
        cachedScope(ScopeKey(namespace: namespace, sidecar: nil)) {
            let listener = SidecarScope.EgressListener(
                port: nil, bind: "", isCaptureNone: false,
                services: self.pickNamespaces(self.visible(to: namespace), for: namespace),
                virtualServices: self.virtualServices.services(gateway: "mesh", namespace: namespace))
            return SidecarScope(
                namespace: namespace, origin: nil, listeners: [listener], imported: [],
                outboundMode: self.meshOutboundMode, egressProxy: nil)
        }
    }

    /// Selected in the proxy's namespace, else its namespace's default, else
    /// the root namespace's.
    private func sidecarObject(for proxy: ProxyIdentity) -> SidecarObject? {
        let own = sidecars[proxy.namespace] ?? []
        let selected = own.first { sidecar in
            !sidecar.selector.isEmpty
                && sidecar.selector.allSatisfy { proxy.labels[$0.key] == $0.value }
        }
        return selected ?? own.first(where: \.selector.isEmpty)
            ?? sidecars[mesh.rootNamespace]?.first(where: \.selector.isEmpty)
    }

    /// Services shown to a namespace: its own private ones, those shown to it
    /// by name, then the public; each oldest first.
    func visible(to namespace: String) -> [Service] {
        var own: [Service] = []
        var shown: [Service] = []
        var everyone: [Service] = []
        everyone.reserveCapacity(services.count)
        for service in services where service.resolution != .alias {
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

    /// Keeps one namespace per host: the proxy's own, else a Kubernetes
    /// Service's, else the first; and of that namespace the declarations
    /// that can be one service with the oldest.
    func pickNamespaces(_ candidates: [Service], for namespace: String) -> [Service] {
        var winners: [String: Service] = [:]
        winners.reserveCapacity(candidates.count)
        for service in candidates {
            guard let winner = winners[service.hostname] else {
                winners[service.hostname] = service
                continue
            }
            if winner.namespace == namespace { continue }
            let isBetter = service.namespace == namespace
                || (service.registry == .kubernetes && winner.registry != .kubernetes)
            if isBetter { winners[service.hostname] = service }
        }
        return candidates.filter { service in
            guard let winner = winners[service.hostname] else { return false }
            return winner === service || winner.isMergeable(with: service)
        }
    }

    private func makeScope(_ sidecar: SidecarObject, namespace: String) -> SidecarScope {
        let candidates = visible(to: namespace)
        let rules = virtualServices.services(gateway: "mesh", namespace: namespace)
        let egress = sidecar.egress.isEmpty ? [SidecarObject.Egress(hosts: ["*/*"])] : sidecar.egress
        var listeners: [SidecarScope.EgressListener] = []
        var imported: [Service] = []
        for entry in egress {
            let hosts = EgressHosts(entry.hosts, namespace: namespace)
            let required = entry.port.flatMap { $0.number == 0 || $0.portProtocol == .httpProxy ? nil : $0.number }
            let services = candidates.compactMap { service -> Service? in
                guard hosts.includes(service) else { return nil }
                return Self.restrict(service, to: required)
            }
            let own = rules.filter(hosts.includes)
            listeners.append(
                SidecarScope.EgressListener(
                    port: entry.port, bind: entry.bind, isCaptureNone: entry.isCaptureNone,
                    services: pickNamespaces(services, for: namespace), virtualServices: own))
            imported += destinations(of: own, namespace: namespace).compactMap {
                Self.restrict($0, to: required)
            }
        }
        return SidecarScope(
            namespace: namespace, origin: sidecar.reference, listeners: listeners, imported: imported,
            outboundMode: outboundMode(of: sidecar), egressProxy: sidecar.egressProxy)
    }

    private static func restrict(_ service: Service, to number: Int?) -> Service? {
        guard let number else { return service }
        guard let port = service.port(number) else { return nil }
        return service.ports.count == 1 ? service : service.with(ports: [port])
    }

    /// Services that routes lead to, found as if they had been listed.
    private func destinations(of rules: [ResolvedVirtualService], namespace: String) -> [Service] {
        var seen: Set<String> = []
        var found: [Service] = []
        for host in rules.lazy.flatMap(\.destinationHosts) where seen.insert(host).inserted {
            let visible = (byHostname[host] ?? []).map { services[$0] }.filter {
                $0.visibility.includes(namespace) && $0.resolution != .alias
            }
            found += pickNamespaces(visible, for: namespace)
        }
        return found
    }

    private func outboundMode(of sidecar: SidecarObject) -> SidecarScope.OutboundMode {
        guard sidecar.hasOutboundPolicy else { return meshOutboundMode }
        return sidecar.allowsAny ? .allowAny : .registryOnly
    }
}

/// The hosts that an egress listener imports, by the namespace they are in.
private struct EgressHosts {
    private var byNamespace: [String: [String]] = [:]
    private var excluded: [(namespace: String, host: String)] = []

    init(_ entries: [String], namespace: String) {
        for entry in entries {
            let parts = entry.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2, parts[0] != "~" else { continue }
            if parts[0].hasPrefix("~") {
                let name = String(parts[0].dropFirst())
                excluded.append((name == "." ? namespace : name, parts[1]))
            } else {
                byNamespace[parts[0] == "." ? namespace : parts[0], default: []].append(parts[1])
            }
        }
    }

    func includes(_ service: Service) -> Bool {
        if isExcluded(service.hostname, service.namespace) { return false }
        return hosts(service.namespace).contains { Hostname.isSubset(service.hostname, of: $0) }
    }

    func includes(_ rule: ResolvedVirtualService) -> Bool {
        rule.hosts.contains { host in
            !isExcluded(host, rule.namespace)
                && hosts(rule.namespace).contains { Hostname.matches(host, $0) }
        }
    }

    private func hosts(_ namespace: String) -> [String] {
        (byNamespace[namespace] ?? []) + (byNamespace["*"] ?? [])
    }

    private func isExcluded(_ host: String, _ namespace: String) -> Bool {
        excluded.contains {
            ($0.namespace == namespace || $0.namespace == "*") && Hostname.isSubset(host, of: $0.host)
        }
    }
}
