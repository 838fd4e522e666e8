internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

/// Policies that apply together, translated to what Envoy's filters check.
///
/// As in Istio, what a `CUSTOM` policy selects is decided by its provider
/// first, then what a `DENY` policy matches is refused, then, if there is any
/// `ALLOW` policy, what none of them matches. `AUDIT` only notes.
struct AuthorizationRules {
    /// One policy, and the port that the caller dials where the policy is
    /// enforced at the caller.
    struct Applied {
        let policy: AuthorizationPolicyObject
        var port: Int?
    }

    let applied: [Applied]
    let isHTTP: Bool
    /// Who calls, where that is known from the outset.
    var caller: AuthorizationCaller?

    /// Enforced rules, and those of dry runs.
    struct Pair {
        var enforced: Envoy_Config_Rbac_V3_RBAC?
        var shadow: Envoy_Config_Rbac_V3_RBAC?
        var isEmpty: Bool { enforced == nil && shadow == nil }
    }

    /// Names of the providers that `CUSTOM` policies refer to.
    var providers: [String] {
        Set(applied.filter { $0.policy.action == .custom }.map(\.policy.provider)).sorted()
    }

    /// The rules of one action.
    func rules(_ action: AuthorizationPolicyObject.Action) -> Pair {
        let own = applied.filter { $0.policy.action == action }
        return Pair(
            enforced: rules(own.filter { !$0.policy.isDryRun }, action),
            shadow: rules(own.filter(\.policy.isDryRun), action))
    }

    /// What `CUSTOM` policies select for one provider. The names tell Envoy's
    /// authorization filter which requests are its own.
    func selection(for provider: String) -> Envoy_Config_Rbac_V3_RBAC? {
        let own = applied.filter { $0.policy.action == .custom && $0.policy.provider == provider }
        return rules(own, .deny, prefix: "\(Self.selectionPrefix(provider))-")
    }

    /// Begins the names of the rules that select for a provider.
    static func selectionPrefix(_ provider: String) -> String { "istio-ext-authz-\(provider)" }

    private func rules(
        _ own: [Applied], _ action: AuthorizationPolicyObject.Action, prefix: String = ""
    ) -> Envoy_Config_Rbac_V3_RBAC? {
        guard !own.isEmpty else { return nil }
        var rules = Envoy_Config_Rbac_V3_RBAC()
        rules.action = action == .allow ? .allow : action == .audit ? .log : .deny
        for entry in own {
            let reference = entry.policy.reference
            for (index, rule) in entry.policy.rules.enumerated() {
                let translation = AuthorizationRule(
                    rule: rule, isHTTP: isHTTP, isDeny: action != .allow, namespace: reference.namespace,
                    caller: caller, port: entry.port)
                guard let translated = translation.message else { continue }
                var key = "\(prefix)ns[\(reference.namespace)]-policy[\(reference.name)]-rule[\(index)]"
                if rules.policies[key] != nil { key += "-port[\(entry.port ?? 0)]" }
                rules.policies[key] = translated
            }
        }
        return rules
    }

    /// Refuses everything: a `CUSTOM` policy whose provider isn't there.
    static let refusal: Envoy_Config_Rbac_V3_RBAC = {
        var policy = Envoy_Config_Rbac_V3_Policy()
        var permission = Envoy_Config_Rbac_V3_Permission()
        permission.any = true
        var principal = Envoy_Config_Rbac_V3_Principal()
        principal.any = true
        policy.permissions = [permission]
        policy.principals = [principal]
        var rules = Envoy_Config_Rbac_V3_RBAC()
        rules.action = .deny
        rules.policies["default-deny-all-due-to-bad-CUSTOM-action"] = policy
        return rules
    }()
}
