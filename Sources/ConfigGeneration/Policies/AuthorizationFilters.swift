internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

/// The filters that enforce the AuthorizationPolicies of a gateway's proxies:
/// what is denied first, then what must be allowed.
struct AuthorizationFilters {
    let context: ProxyContext

    /// Those of HTTP chains.
    var http: [(name: String, config: Google_Protobuf_Any)] {
        rules(isHTTP: true).map { rules in
            var filter = Envoy_Extensions_Filters_Http_Rbac_V3_RBAC()
            filter.rules = rules
            return ("envoy.filters.http.rbac", filter.packed)
        }
    }

    /// Those of chains that forward bytes.
    var network: [EnvoyNetworkFilter] {
        rules(isHTTP: false).map { rules in
            var filter = Envoy_Extensions_Filters_Network_Rbac_V3_RBAC()
            filter.rules = rules
            filter.statPrefix = "tcp."
            return EnvoyNetworkFilter("envoy.filters.network.rbac", filter)
        }
    }

    private func rules(isHTTP: Bool) -> [Envoy_Config_Rbac_V3_RBAC] {
        let applying = context.snapshot.policies.filter(applies)
        return [AuthorizationPolicyObject.Action.deny, .allow].compactMap { action in
            let own = applying.filter { $0.action == action }
            guard !own.isEmpty else { return nil }
            var rules = Envoy_Config_Rbac_V3_RBAC()
            rules.action = action == .deny ? .deny : .allow
            for policy in own {
                for (index, rule) in policy.rules.enumerated() {
                    let translation = AuthorizationRule(
                        rule: rule, isHTTP: isHTTP, isDeny: action == .deny,
                        namespace: policy.reference.namespace)
                    guard let translated = translation.message else { continue }
                    let key = "ns[\(policy.reference.namespace)]-policy[\(policy.reference.name)]-rule[\(index)]"
                    rules.policies[key] = translated
                }
            }
            return rules
        }
    }

    /// Policies of the mesh's root and of the proxy's own namespace whose
    /// selector it meets; those that name objects are not for it.
    private func applies(_ policy: AuthorizationPolicyObject) -> Bool {
        let namespace = policy.reference.namespace
        guard namespace == context.mesh.rootNamespace || namespace == context.proxy.namespace else { return false }
        return policy.targets.isEmpty
            && policy.selector.allSatisfy { context.proxy.labels[$0.key] == $0.value }
    }
}
