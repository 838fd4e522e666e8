internal import MeshAPI
internal import ServiceRegistry

/// The workload whose own proxy enforces a policy: its identity is known when
/// the configuration is generated, and no connection has to prove it.
struct AuthorizationCaller {
    let namespace: String
    let account: String
    let trustDomain: String

    init(_ proxy: ProxyIdentity, mesh: MeshConfig) {
        namespace = proxy.namespace
        account = proxy.serviceAccount
        trustDomain = mesh.trustDomain
    }

    /// As `principals` write it.
    var principal: String { "\(trustDomain)/ns/\(namespace)/sa/\(account)" }

    func has(principal pattern: String) -> Bool { Self.matches(principal, pattern) }

    func isIn(namespace pattern: String) -> Bool { Self.matches(namespace, pattern) }

    func isIn(trustDomain pattern: String) -> Bool { Self.matches(trustDomain, pattern) }

    /// - Parameter own: the namespace of accounts written without one.
    func has(account text: String, own: String) -> Bool {
        let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
        return parts.count == 2 ? parts == [namespace, account] : text == account && own == namespace
    }

    /// `*`, `x*`, `*x` and exact values.
    static func matches(_ value: String, _ pattern: String) -> Bool {
        if pattern == "*" { return !value.isEmpty }
        if pattern.hasPrefix("*") { return value.hasSuffix(pattern.dropFirst()) }
        if pattern.hasSuffix("*") { return value.hasPrefix(pattern.dropLast()) }
        return value == pattern
    }
}
