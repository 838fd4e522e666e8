internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

/// Builds the outbound clusters of a proxy, one for each port and subset of
/// each service it may reach, and the endpoints of those that are sent apart.
struct ClusterBuilder {
    let context: ProxyContext
    private(set) var clusters: [EnvoyCluster] = []
    private(set) var assignments: [EnvoyLoadAssignment] = []

    /// Takes each cluster as soon as it is made, instead of keeping it.
    private let take: ((EnvoyCluster, EnvoyLoadAssignment?) -> Void)?

    init(context: ProxyContext, take: ((EnvoyCluster, EnvoyLoadAssignment?) -> Void)? = nil) {
        self.context = context
        self.take = take
    }

    /// The clusters of some services alone.
    mutating func build(_ services: [Service]) {
        for service in services {
            let rule = context.rule(for: service)
            for port in service.ports where port.portProtocol != .udp {
                build(service, port, rule)
            }
        }
    }

    mutating func build() {
        if take == nil { clusters.reserveCapacity(context.scope.services.count * 2) }
        build(context.scope.services)
        clusters.append(Self.blackHole(context.mesh))
        if context.proxy.type == .sidecar {
            clusters.append(Self.passthrough(context.mesh))
            if context.scope.outboundMode == .allowAnyDynamicDNS { clusters.append(dynamicDNSFallback()) }
        }
    }

    private mutating func build(_ service: Service, _ port: ServicePort, _ rule: ResolvedDestinationRule?) {
        let policy = EffectivePolicy(rule?.spec.trafficPolicy, port: port.number)
        add(ClusterPlan(context: context, service: service, port: port, rule: rule, subset: nil, policy: policy))
        guard let rule, service.resolution != .dynamicDNS else { return }
        for subset in rule.spec.subsets {
            let own = policy.overridden(by: subset.trafficPolicy, port: port.number)
            add(ClusterPlan(context: context, service: service, port: port, rule: rule, subset: subset, policy: own))
        }
    }

    private mutating func add(_ plan: ClusterPlan) {
        guard let built = plan.build() else { return }
        if let take {
            take(built.cluster, built.assignment)
            return
        }
        clusters.append(built.cluster)
        if let assignment = built.assignment { assignments.append(assignment) }
        context.note(.cluster(built.cluster.name), plan.origins)
    }

    private static func base(_ name: String, _ mesh: MeshConfig) -> EnvoyCluster {
        var cluster = EnvoyCluster()
        cluster.name = name
        cluster.altStatName = name + ";"
        cluster.connectTimeout = .init(mesh.connectTimeout ?? .seconds(10))
        return cluster
    }

    private static func blackHole(_ mesh: MeshConfig) -> EnvoyCluster {
        var cluster = base(Names.blackHole, mesh)
        cluster.type = .static
        return cluster
    }

    private static func passthrough(_ mesh: MeshConfig) -> EnvoyCluster {
        var cluster = base(Names.passthrough, mesh)
        cluster.type = .originalDst
        cluster.lbPolicy = .clusterProvided
        cluster.circuitBreakers = ClusterPlan.openCircuitBreakers
        var options = UpstreamHTTPOptions()
        options.version = .asDownstream
        options.common = .init()
        options.common?.idleTimeout = .init(seconds: 300, nanos: 0)
        cluster.typedExtensionProtocolOptions = options.typed
        return cluster
    }

    /// Unclaimed HTTP, resolved by the name it asks for.
    private func dynamicDNSFallback() -> EnvoyCluster {
        var cluster = Self.base(Names.dynamicDNS, context.mesh)
        cluster.lbPolicy = .clusterProvided
        cluster.circuitBreakers = ClusterPlan.openCircuitBreakers
        var options = UpstreamHTTPOptions()
        options.version = .asDownstream
        cluster.clusterType = DynamicDNS.clusterType(
            host: DynamicDNS.fallbackHost, proxy: context.proxy, &options)
        cluster.typedExtensionProtocolOptions = options.typed
        return cluster
    }
}
