internal import MeshAPI
internal import ServiceRegistry

/// The parts of a DestinationRule's policy that apply to one cluster, after
/// port-level settings and the subset have replaced what they replace.
struct EffectivePolicy {
    var loadBalancer: LoadBalancerSettings?
    var connectionPool: ConnectionPoolSettings?
    var outlierDetection: OutlierDetection?
    var tls: ClientTLSSettings?
    var tunnel: DestinationRule.TunnelSettings?
    var proxyProtocol: DestinationRule.ProxyProtocol?
    var retryBudget: DestinationRule.RetryBudget?

    init() {}

    /// A rule's own policy: an entry for the port replaces all of it.
    init(_ policy: DestinationRule.TrafficPolicy?, port: Int) {
        guard let policy else { return }
        tunnel = policy.tunnel
        if let own = Self.portLevel(policy, port) {
            replaceWith(own)
            return
        }
        loadBalancer = policy.loadBalancer
        connectionPool = policy.connectionPool
        outlierDetection = policy.outlierDetection
        tls = policy.tls
        proxyProtocol = policy.proxyProtocol
        retryBudget = policy.retryBudget
    }

    /// The policy with a subset's put over it, block by block.
    func overridden(by policy: DestinationRule.TrafficPolicy?, port: Int) -> EffectivePolicy {
        guard let policy else { return self }
        var merged = self
        merged.loadBalancer = policy.loadBalancer ?? loadBalancer
        merged.connectionPool = policy.connectionPool ?? connectionPool
        merged.outlierDetection = policy.outlierDetection ?? outlierDetection
        merged.tls = policy.tls ?? tls
        merged.tunnel = policy.tunnel ?? tunnel
        merged.proxyProtocol = policy.proxyProtocol ?? proxyProtocol
        merged.retryBudget = policy.retryBudget ?? retryBudget
        if let own = Self.portLevel(policy, port) { merged.replaceWith(own) }
        return merged
    }

    /// The policy of a rule, or of one of its subsets, for a port.
    static func of(_ rule: DestinationRule?, subset: String, port: Int) -> EffectivePolicy {
        let general = EffectivePolicy(rule?.trafficPolicy, port: port)
        guard !subset.isEmpty, let own = rule?.subsets.first(where: { $0.name == subset }) else {
            return general
        }
        return general.overridden(by: own.trafficPolicy, port: port)
    }

    private mutating func replaceWith(_ own: DestinationRule.PortTrafficPolicy) {
        loadBalancer = own.loadBalancer
        connectionPool = own.connectionPool
        outlierDetection = own.outlierDetection
        tls = own.tls
    }

    private static func portLevel(
        _ policy: DestinationRule.TrafficPolicy, _ port: Int
    ) -> DestinationRule.PortTrafficPolicy? {
        policy.portLevelSettings.first { $0.port?.number == UInt32(clamping: port) }
    }
}
