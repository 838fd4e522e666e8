internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

/// AuthorizationPolicies that are attached to a service by `targetRefs`,
/// enforced by the proxy of whoever calls it, before the call leaves.
///
/// Istio has nothing like it. Of requests, every route that leads to the
/// service, or stands in its virtual host, carries the rules; of connections,
/// every filter chain. Who calls is decided when the rules are generated, the
/// rest when a request comes.
struct OutboundAuthorization {
    /// A service that is called, and the port of it.
    struct Called {
        let service: Service
        let port: Int
    }

    let context: ProxyContext

    /// Filters that do nothing by themselves: each route brings its rules.
    /// None, unless a service that the proxy sees has policies.
    var filters: [HTTPManager.Policy] {
        let all = context.attachedPolicies
        guard !all.isEmpty else { return [] }
        var filters: [HTTPManager.Policy] = []
        let external = ExternalAuthorization(context: context)
        for provider in AuthorizationRules(applied: all.map { .init(policy: $0) }, isHTTP: true).providers {
            guard let filter = external.http(provider, filterName: Self.name("ext_authz.\(provider)")) else { continue }
            filters.append(ExternalAuthorization.selecting(nil, name: Self.name("custom.\(provider)")))
            filters.append(filter)
        }
        let empty = Envoy_Extensions_Filters_Http_Rbac_V3_RBAC().packed
        for action in Self.actions where action == .deny || all.contains(where: { $0.action == action }) {
            filters.append(.init(name: Self.name(action.rawValue.lowercased()), config: empty))
        }
        return filters
    }

    private static let actions: [AuthorizationPolicyObject.Action] = [.audit, .deny, .allow]

    private static func name(_ suffix: String) -> String { "petrel.outbound_authorization.\(suffix)" }

    /// Puts the rules on routes.
    /// - Parameter host: the service whose virtual host they stand in.
    func secure(_ routes: [EnvoyRoute], host: Called?) -> [EnvoyRoute] {
        if context.attachedPolicies.isEmpty { return routes }
        return routes.map { secure($0, host: host) }
    }

    /// The objects that decide about calls of a service.
    func origins(_ services: [Service]) -> [ObjectReference] {
        if context.attachedPolicies.isEmpty { return [] }
        return policies(services.map { Called(service: $0, port: 0) }).map(\.policy.reference)
    }

    /// The services that routes lead to.
    func destinations(of routes: [EnvoyRoute]) -> [Service] {
        if context.attachedPolicies.isEmpty { return [] }
        return routes.flatMap { route -> [Called] in
            switch route.route.clusterSpecifier {
            case .cluster(let name)?: [called(name)].compactMap { $0 }
            case .weightedClusters(let weighted)?: weighted.clusters.compactMap { called($0.name) }
            default: []
            }
        }.map(\.service)
    }

    /// The filters before the one that forwards the bytes of a connection.
    func network(_ called: [Called]) -> [EnvoyNetworkFilter] {
        if context.attachedPolicies.isEmpty { return [] }
        let applied = policies(called)
        guard !applied.isEmpty else { return [] }
        let rules = AuthorizationRules(applied: applied, isHTTP: false, caller: caller)
        return AuthorizationFilters.network(rules, context: context)
    }

    private var caller: AuthorizationCaller { AuthorizationCaller(context.proxy, mesh: context.mesh) }

    private func secure(_ source: EnvoyRoute, host: Called?) -> EnvoyRoute {
        var route = source
        let own = [host].compactMap { $0 }
        guard case .route(var action)? = source.action else {
            route.typedPerFilterConfig.merge(overrides(own)) { _, new in new }
            return route
        }
        switch action.clusterSpecifier {
        case .cluster(let name)?:
            let target = [called(name)].compactMap { $0 }
            route.typedPerFilterConfig.merge(overrides(own + target)) { _, new in new }
        case .weightedClusters(var weighted)?:
            route.typedPerFilterConfig.merge(overrides(own)) { _, new in new }
            for index in weighted.clusters.indices {
                // What a cluster says stands instead of what its route says.
                let target = [called(weighted.clusters[index].name)].compactMap { $0 }
                weighted.clusters[index].typedPerFilterConfig.merge(overrides(own + target)) { _, new in new }
            }
            action.weightedClusters = weighted
            route.route = action
        default: route.typedPerFilterConfig.merge(overrides(own)) { _, new in new }
        }
        return route
    }

    func called(_ cluster: String) -> Called? {
        guard let parts = Names.parse(cluster: cluster), let service = context.service(named: String(parts.host)) else {
            return nil
        }
        return Called(service: service, port: Int(parts.port) ?? 0)
    }

    private func policies(_ called: [Called]) -> [AuthorizationRules.Applied] {
        var seen: Set<ObjectReference> = []
        var found: [AuthorizationRules.Applied] = []
        for call in called where seen.insert(call.service.origin).inserted {
            for origin in Set(call.service.origins).sorted() {
                found += context.snapshot.policies(attachedTo: origin).map { .init(policy: $0, port: call.port) }
            }
        }
        return found
    }

    private func overrides(_ called: [Called]) -> [String: Google_Protobuf_Any] {
        let applied = policies(called)
        guard !applied.isEmpty else { return [:] }
        let rules = AuthorizationRules(applied: applied, isHTTP: true, caller: caller)
        var overrides: [String: Google_Protobuf_Any] = [:]
        func set(_ name: String, _ message: Envoy_Extensions_Filters_Http_Rbac_V3_RBAC) {
            var route = Envoy_Extensions_Filters_Http_Rbac_V3_RBACPerRoute()
            route.rbac = message
            overrides[Self.name(name)] = route.packed
        }
        for action in Self.actions {
            let pair = rules.rules(action)
            if !pair.isEmpty { set(action.rawValue.lowercased(), AuthorizationFilters.message(pair, action)) }
        }
        let external = ExternalAuthorization(context: context)
        for provider in rules.providers {
            if external.http(provider) != nil, let selection = rules.selection(for: provider) {
                set("custom.\(provider)", ExternalAuthorization.selection(selection))
            } else {
                set("deny", AuthorizationFilters.message(.init(enforced: AuthorizationRules.refusal), .deny))
            }
        }
        return overrides
    }
}

extension ProxyContext {
    /// The policies attached to services that the proxy sees, oldest first.
    func findAttachedPolicies() -> [AuthorizationPolicyObject] {
        guard proxy.type == .sidecar, snapshot.hasAttachedPolicies else { return [] }
        var wanted: Set<ObjectReference> = []
        for service in scope.services {
            for origin in service.origins where !snapshot.policies(attachedTo: origin).isEmpty {
                wanted.formUnion(snapshot.policies(attachedTo: origin).map(\.reference))
            }
        }
        return snapshot.policies.filter { wanted.contains($0.reference) }
    }
}
