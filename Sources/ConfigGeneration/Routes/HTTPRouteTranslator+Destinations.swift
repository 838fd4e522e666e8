internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

extension HTTPRouteTranslator {
    func applyDestinations(
        _ source: VirtualService.HTTPRoute, _ match: VirtualService.HTTPMatchRequest?, _ route: inout EnvoyRoute
    ) {
        var action = EnvoyRouteAction()
        action.timeout = .init(source.timeout ?? .zero)
        // Envoy ignores `timeout` beside any limit of streams, so that a limit for gRPC
        // stands only where there is no timeout.
        if (source.timeout ?? .zero) == .zero { action.maxStreamDuration.grpcTimeoutHeaderMax = .zero }
        applyRewrite(source.rewrite, match, &action)
        let destinations = source.route.count > 1 ? source.route.filter { $0.weight > 0 } : source.route
        let hashes = destinations.compactMap { $0.destination.flatMap(hash) }
        action.hashPolicy = hashes
        let retries = RetryTranslation(mesh: context.mesh, hashesConsistently: !hashes.isEmpty)
        if let policy = retries.message(source.retries) { action.retryPolicy = policy }
        action.requestMirrorPolicies = mirrors(source)
        // The host that headers set wins over the one that `rewrite` sets.
        if let host = HeaderOperations(source.headers).authority { action.hostRewriteLiteral = host }
        if destinations.count == 1, let only = destinations[0].destination {
            action.cluster = cluster(only)
            let headers = HeaderOperations(destinations[0].headers)
            headers.apply(to: &route)
            if let host = headers.authority { action.hostRewriteLiteral = host }
        } else {
            action.weightedClusters.clusters = destinations.compactMap(weighted)
        }
        route.route = action
    }

    private func weighted(
        _ source: VirtualService.HTTPRouteDestination
    ) -> Envoy_Config_Route_V3_WeightedCluster.ClusterWeight? {
        guard let destination = source.destination else { return nil }
        var weight = Envoy_Config_Route_V3_WeightedCluster.ClusterWeight()
        weight.name = cluster(destination)
        weight.weight = .init(UInt32(clamping: source.weight))
        let headers = HeaderOperations(source.headers)
        weight.requestHeadersToAdd = headers.requestAdded
        weight.requestHeadersToRemove = headers.requestRemoved
        weight.responseHeadersToAdd = headers.responseAdded
        weight.responseHeadersToRemove = headers.responseRemoved
        if let host = headers.authority { weight.hostRewriteLiteral = host }
        return weight
    }

    /// A destination without a port leads to the only port of its service
    /// where that is known, else to the listener's.
    func cluster(_ destination: VirtualService.Destination) -> String {
        let number = destination.port.map { Int($0.number) } ?? solePort(destination.host) ?? port
        return Names.cluster(
            port: number, subset: destination.subset, host: context.target(ofHost: destination.host))
    }

    private func applyRewrite(
        _ rewrite: VirtualService.HTTPRewrite?, _ match: VirtualService.HTTPMatchRequest?,
        _ action: inout EnvoyRouteAction
    ) {
        guard let rewrite else { return }
        if let expression = rewrite.uriRegexRewrite {
            action.regexRewrite.pattern.regex = expression.match
            action.regexRewrite.substitution = expression.rewrite
        } else if !rewrite.uri.isEmpty {
            if rule.hasGatewaySemantics, rewrite.uri == "/", case .prefix(let prefix)? = match?.uri {
                // Removing a prefix must not leave `//`.
                action.regexRewrite.pattern.regex = "^\(prefix)(/?)(.*)"
                action.regexRewrite.substitution = "/\\2"
            } else {
                action.prefixRewrite = rewrite.uri
            }
        }
        if !rewrite.authority.isEmpty { action.hostRewriteLiteral = rewrite.authority }
    }

    private func mirrors(_ source: VirtualService.HTTPRoute) -> [EnvoyRouteAction.RequestMirrorPolicy] {
        if let mirror = source.mirror {
            let share = source.mirrorPercentage?.value ?? source.mirrorPercent.map(Double.init)
            return [mirrorPolicy(mirror, share)].compactMap { $0 }
        }
        return source.mirrors.compactMap { policy in
            policy.destination.flatMap { mirrorPolicy($0, policy.percentage?.value) }
        }
    }

    private func mirrorPolicy(
        _ destination: VirtualService.Destination, _ percentage: Double?
    ) -> EnvoyRouteAction.RequestMirrorPolicy? {
        if percentage == 0 { return nil }
        var policy = EnvoyRouteAction.RequestMirrorPolicy()
        policy.cluster = cluster(destination)
        policy.runtimeFraction.defaultValue = percentage.map { .init(percentage: $0) } ?? .always
        policy.traceSampled = .init(false)
        policy.disableShadowHostSuffixAppend = true
        return policy
    }

    private func hash(_ destination: VirtualService.Destination) -> EnvoyRouteAction.HashPolicy? {
        guard let found = context.rule(forHost: destination.host) else { return nil }
        let number = destination.port.map { Int($0.number) } ?? solePort(destination.host) ?? port
        let policy = EffectivePolicy.of(found.spec, subset: destination.subset, port: number)
        return policy.loadBalancer?.consistentHash.flatMap(HashTranslation.message)
    }
}
