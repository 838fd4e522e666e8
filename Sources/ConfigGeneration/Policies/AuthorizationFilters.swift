internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

/// The filters that enforce the AuthorizationPolicies of a gateway's proxies.
struct AuthorizationFilters {
    let context: ProxyContext

    /// Those of HTTP chains.
    var http: [HTTPManager.Policy] {
        let rules = AuthorizationRules(applied: applying, isHTTP: true)
        let external = ExternalAuthorization(context: context)
        var filters: [HTTPManager.Policy] = []
        for provider in rules.providers {
            guard let filter = external.http(provider), let selection = rules.selection(for: provider) else {
                filters.append(Self.filter(.init(enforced: AuthorizationRules.refusal), .deny))
                continue
            }
            filters.append(ExternalAuthorization.selecting(selection))
            filters.append(filter)
        }
        for action in [AuthorizationPolicyObject.Action.audit, .deny, .allow] {
            let pair = rules.rules(action)
            if !pair.isEmpty { filters.append(Self.filter(pair, action)) }
        }
        return filters
    }

    /// Those of chains that forward bytes.
    var network: [EnvoyNetworkFilter] {
        Self.network(AuthorizationRules(applied: applying, isHTTP: false), context: context)
    }

    /// The policies that the filters come from.
    var origins: [ObjectReference] { applying.map(\.policy.reference) }

    /// Policies of the mesh's root and of the proxy's own namespace whose
    /// selector it meets, and those attached to its Kubernetes Gateway.
    private var applying: [AuthorizationRules.Applied] {
        context.snapshot.policies.filter(applies).map { .init(policy: $0) }
    }

    private func applies(_ policy: AuthorizationPolicyObject) -> Bool {
        let namespace = policy.reference.namespace
        guard policy.targets.isEmpty else {
            let own = context.proxy.labels["gateway.networking.k8s.io/gateway-name"]
            return namespace == context.proxy.namespace
                && policy.targets.contains { $0.isGateway && $0.name == own }
        }
        guard namespace == context.mesh.rootNamespace || namespace == context.proxy.namespace else { return false }
        return policy.selector.allSatisfy { context.proxy.labels[$0.key] == $0.value }
    }

    // MARK: - Envoy's filters

    static func message(
        _ pair: AuthorizationRules.Pair, _ action: AuthorizationPolicyObject.Action
    ) -> Envoy_Extensions_Filters_Http_Rbac_V3_RBAC {
        var filter = Envoy_Extensions_Filters_Http_Rbac_V3_RBAC()
        if let enforced = pair.enforced { filter.rules = enforced }
        if let shadow = pair.shadow {
            filter.shadowRules = shadow
            filter.shadowRulesStatPrefix = dryRunPrefix(action)
        }
        return filter
    }

    private static func dryRunPrefix(_ action: AuthorizationPolicyObject.Action) -> String {
        "istio_dry_run_\(action.rawValue.lowercased())_"
    }

    private static func filter(
        _ pair: AuthorizationRules.Pair, _ action: AuthorizationPolicyObject.Action
    ) -> HTTPManager.Policy {
        .init(name: "envoy.filters.http.rbac", config: message(pair, action).packed)
    }

    static func network(_ rules: AuthorizationRules, context: ProxyContext) -> [EnvoyNetworkFilter] {
        let external = ExternalAuthorization(context: context)
        var filters: [EnvoyNetworkFilter] = []
        func add(_ pair: AuthorizationRules.Pair, prefix: String) {
            var filter = Envoy_Extensions_Filters_Network_Rbac_V3_RBAC()
            if let enforced = pair.enforced { filter.rules = enforced }
            if let shadow = pair.shadow {
                filter.shadowRules = shadow
                filter.shadowRulesStatPrefix = prefix
            }
            filter.statPrefix = "tcp."
            filters.append(EnvoyNetworkFilter("envoy.filters.network.rbac", filter))
        }
        for provider in rules.providers {
            guard let filter = external.network(provider), let selection = rules.selection(for: provider) else {
                add(.init(enforced: AuthorizationRules.refusal), prefix: "")
                continue
            }
            add(.init(shadow: selection), prefix: ExternalAuthorization.selectionStatPrefix)
            filters.append(filter)
        }
        for action in [AuthorizationPolicyObject.Action.audit, .deny, .allow] {
            let pair = rules.rules(action)
            if !pair.isEmpty { add(pair, prefix: dryRunPrefix(action)) }
        }
        return filters
    }
}
