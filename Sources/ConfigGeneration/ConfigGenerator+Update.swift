internal import EnvoyAPI
internal import MeshAPI
public import ServiceRegistry

extension ConfigGenerator {
    /// What becomes of a proxy's resources by a change, generated alone.
    ///
    /// - Parameters:
    ///   - previous: The snapshot that the change was made to.
    ///   - changes: What the change concerns.
    /// - Returns: nil when everything has to be generated: for gateways, and when
    ///   a secret may no longer be needed.
    public func update(
        for proxy: ProxyIdentity, since previous: MeshSnapshot, _ changes: SnapshotChanges
    ) -> ConfigurationUpdate? {
        guard proxy.type == .sidecar else { return nil }
        let before = ProxyContext(snapshot: previous, proxy: proxy, options: options, notesProvenance: false)
        let after = ProxyContext(snapshot: snapshot, proxy: proxy, options: options, notesProvenance: false)
        let services = changes.services(in: after.scope)
        var former = ClusterBuilder(context: before)
        var current = ClusterBuilder(context: after)
        former.build(changes.services(in: before.scope))
        current.build(services)
        guard before.secrets.keys.allSatisfy({ after.secrets[$0] != nil }) else { return nil }

        var update = ConfigurationUpdate()
        update.clusters = current.clusters
        update.endpoints = current.assignments
        update.removedClusters = Self.missing(former.clusters.map(\.name), in: current.clusters.map(\.name))
        update.removedEndpoints = Self.missing(
            former.assignments.map(\.clusterName), in: current.assignments.map(\.clusterName))
        update.secrets = after.secrets.values.sorted { $0.name < $1.name }

        let policies = services.map { PolicyDifference($0, before.rule(forHost: $0.hostname), after.rule(for: $0)) }
        let changesListeners = changes.reshapesServices || changes.routesConnections
            || policies.contains(where: \.concernsConnections)
        let changesRoutes = changes.reshapesServices || changes.routesRequests
            || policies.contains(where: \.concernsRoutes)
        if changesListeners || changesRoutes {
            var builder = OutboundListenerBuilder(context: after)
            let built = builder.build()
            if changesListeners { update.listeners = built.listeners }
            if changesRoutes {
                var routes = SidecarRouteBuilder(context: after)
                update.routes = built.routes.map { routes.build($0) }
            }
        }
        if changes.reshapesServices { update.nameTable = NameTableBuilder(context: after).table() }
        return update
    }

    private static func missing(_ former: [String], in current: [String]) -> [String] {
        let present = Set(current)
        return former.filter { !present.contains($0) }
    }
}

/// Whether two versions of a service's rule differ in what stands outside of the
/// service's clusters: in the routes that lead to them, and in the listeners that
/// forward connections to them.
private struct PolicyDifference {
    let concernsRoutes: Bool
    let concernsConnections: Bool

    init(_ service: Service, _ before: ResolvedDestinationRule?, _ after: ResolvedDestinationRule?) {
        var concernsRoutes = false
        var concernsConnections = false
        let subsets = Set([""] + [before, after].compactMap { $0 }.flatMap { $0.spec.subsets.map(\.name) })
        for port in service.ports {
            for subset in subsets {
                let old = EffectivePolicy.of(before?.spec, subset: subset, port: port.number)
                let new = EffectivePolicy.of(after?.spec, subset: subset, port: port.number)
                let hashes = old.loadBalancer?.consistentHash != new.loadBalancer?.consistentHash
                if hashes { concernsRoutes = true }
                let (oldTCP, newTCP) = (old.connectionPool?.tcp, new.connectionPool?.tcp)
                if hashes || old.tunnel != new.tunnel || oldTCP?.idleTimeout != newTCP?.idleTimeout
                    || oldTCP?.maxConnectionDuration != newTCP?.maxConnectionDuration
                {
                    concernsConnections = true
                }
            }
        }
        self.concernsRoutes = concernsRoutes
        self.concernsConnections = concernsConnections
    }
}
