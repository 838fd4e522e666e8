internal import MeshAPI

/// Merges the routes of delegate VirtualServices into the ones that name
/// them; one level, delegates themselves are not served.
struct VirtualServiceDelegation {
    private let roots: [ResolvedVirtualService]
    private let delegates: [String: ResolvedVirtualService]

    init(_ services: [ResolvedVirtualService]) {
        roots = services.filter { !$0.hosts.isEmpty }
        var delegates: [String: ResolvedVirtualService] = [:]
        for service in services where service.hosts.isEmpty {
            delegates["\(service.namespace)/\(service.name)"] = service
        }
        self.delegates = delegates
    }

    func merged() -> [ResolvedVirtualService] {
        roots.map { root in
            root.spec.http.contains { $0.delegate != nil } ? merge(root) : root
        }
    }

    private func merge(_ root: ResolvedVirtualService) -> ResolvedVirtualService {
        var routes: [VirtualService.HTTPRoute] = []
        var used: [ObjectReference] = []
        for route in root.spec.http {
            guard let delegate = route.delegate else {
                routes.append(route)
                continue
            }
            let namespace = delegate.namespace.isEmpty ? root.namespace : delegate.namespace
            guard let target = delegates["\(namespace)/\(delegate.name)"],
                target.visibility.includes(root.namespace)
            else { continue }
            used.append(target.origin)
            routes += target.spec.http.compactMap { Self.merge(route, $0) }
        }
        return ResolvedVirtualService(root, http: routes, delegates: used)
    }

    /// The route that both describe, or nil when they contradict.
    private static func merge(
        _ root: VirtualService.HTTPRoute, _ delegate: VirtualService.HTTPRoute
    ) -> VirtualService.HTTPRoute? {
        // A delegate of a delegate is not followed.
        guard delegate.delegate == nil, let match = merge(root.match, delegate.match) else { return nil }
        var route = delegate
        route.match = match
        route.name = join(root.name, delegate.name)
        route.rewrite = delegate.rewrite ?? root.rewrite
        route.directResponse = delegate.directResponse ?? root.directResponse
        route.timeout = delegate.timeout ?? root.timeout
        route.retries = delegate.retries ?? root.retries
        route.fault = delegate.fault ?? root.fault
        route.mirror = delegate.mirror ?? root.mirror
        route.mirrorPercent = delegate.mirrorPercent ?? root.mirrorPercent
        route.mirrorPercentage = delegate.mirrorPercentage ?? root.mirrorPercentage
        route.corsPolicy = delegate.corsPolicy ?? root.corsPolicy
        route.headers = delegate.headers ?? root.headers
        if delegate.mirrors.isEmpty { route.mirrors = root.mirrors }
        return route
    }

    private static func merge(
        _ root: [VirtualService.HTTPMatchRequest], _ delegate: [VirtualService.HTTPMatchRequest]
    ) -> [VirtualService.HTTPMatchRequest]? {
        if root.isEmpty { return delegate }
        if delegate.isEmpty { return root }
        var merged: [VirtualService.HTTPMatchRequest] = []
        for inner in delegate {
            let found = root.filter { !conflicts($0, inner) }.map { merge($0, inner) }
            if found.isEmpty { return nil }
            merged += found
        }
        return merged
    }

    private static func merge(
        _ root: VirtualService.HTTPMatchRequest, _ delegate: VirtualService.HTTPMatchRequest
    ) -> VirtualService.HTTPMatchRequest {
        var match = delegate
        match.name = join(root.name, delegate.name)
        match.uri = delegate.uri ?? root.uri
        match.scheme = delegate.scheme ?? root.scheme
        match.method = delegate.method ?? root.method
        match.authority = delegate.authority ?? root.authority
        match.headers.merge(root.headers) { own, _ in own }
        match.withoutHeaders.merge(root.withoutHeaders) { own, _ in own }
        match.queryParams.merge(root.queryParams) { own, _ in own }
        match.sourceLabels.merge(root.sourceLabels) { own, _ in own }
        if delegate.port == 0 { match.port = root.port }
        if delegate.sourceNamespace.isEmpty { match.sourceNamespace = root.sourceNamespace }
        if delegate.gateways.isEmpty { match.gateways = root.gateways }
        if delegate.statPrefix.isEmpty { match.statPrefix = root.statPrefix }
        return match
    }

    private static func join(_ root: String, _ own: String) -> String {
        if own.isEmpty { return root }
        return root.isEmpty ? own : "\(root)-\(own)"
    }

    private static func conflicts(
        _ root: VirtualService.HTTPMatchRequest, _ inner: VirtualService.HTTPMatchRequest
    ) -> Bool {
        root.ignoreUriCase != inner.ignoreUriCase
            || conflicts(root.uri, inner.uri) || conflicts(root.scheme, inner.scheme)
            || conflicts(root.method, inner.method) || conflicts(root.authority, inner.authority)
            || conflicts(root.headers, inner.headers)
            || conflicts(root.withoutHeaders, inner.withoutHeaders)
            || conflicts(root.queryParams, inner.queryParams)
            || (root.port != 0 && inner.port != 0 && root.port != inner.port)
            || (!root.statPrefix.isEmpty && !inner.statPrefix.isEmpty
                && root.statPrefix != inner.statPrefix)
            || (!root.sourceNamespace.isEmpty && !inner.sourceNamespace.isEmpty
                && root.sourceNamespace != inner.sourceNamespace)
            || root.sourceLabels.contains { name, value in
                inner.sourceLabels[name].map { $0 != value } ?? false
            }
            || (!root.gateways.isEmpty && !inner.gateways.isEmpty
                && !Set(inner.gateways).isSubset(of: root.gateways))
    }

    private static func conflicts(
        _ root: [String: StringMatch], _ inner: [String: StringMatch]
    ) -> Bool {
        root.contains { name, match in inner[name].map { conflicts(match, $0) } ?? false }
    }

    private static func conflicts(
        _ root: StringMatch?, _ inner: StringMatch?
    ) -> Bool {
        guard let root, let inner else { return false }
        switch (root, inner) {
        case (.exact(let outer), .exact(let own)): return outer != own
        case (.prefix(let outer), .exact(let own)), (.prefix(let outer), .prefix(let own)):
            return !own.hasPrefix(outer)
        case (.exact, .prefix), (.regex, .exact), (.regex, .prefix), (.regex, .regex),
            (.exact, .regex), (.prefix, .regex):
            return true
        default: return false
        }
    }
}
