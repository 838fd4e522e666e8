/// Role based access control (Envoy's RBAC filter), compiled to one program in
/// postfix order that allocates nothing when it runs.
public struct AccessRules: BitwiseCopyable, Sendable {
    /// What a matching policy does.
    public enum Action: UInt8, BitwiseCopyable, Sendable {
        /// Only what a policy matches passes.
        case allow
        /// What a policy matches is refused.
        case deny
        /// Everything passes; what a policy matches is logged.
        case log
    }

    /// Whether the filter has enforced rules.
    public var hasRules = false
    /// What a matching policy does.
    public var action = Action.allow
    /// Policies in name order.
    public var policies = FlatArray<AccessPolicy>()
    /// The same for shadow rules, which are only reported.
    public var hasShadowRules = false
    /// What a matching shadow policy would do.
    public var shadowAction = Action.allow
    /// Shadow policies.
    public var shadowPolicies = FlatArray<AccessPolicy>()
}

/// One named policy.
public struct AccessPolicy: BitwiseCopyable, Sendable {
    /// Its name.
    public var name = FlatText()
    /// Any of these permissions and any of these principals.
    var program = FlatArray<AccessInstruction>()
}

/// What access rules said.
public struct AccessVerdict: BitwiseCopyable, Sendable {
    /// Whether the request or connection passes.
    public var allowed = true
    /// Index of the policy that decided, -1 when none matched.
    public var policy: Int32 = -1
    /// What the shadow rules would have said.
    public var shadowAllowed = true
    /// Index of the shadow policy that decided, -1 when none matched.
    public var shadowPolicy: Int32 = -1
}
