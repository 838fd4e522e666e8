internal import ConfigGeneration
internal import DiscoveryServer
internal import EnvoyAPI
internal import MeshCompilation
internal import ServiceRegistry

/// What all proxies of one kind are given: generated once, encoded once.
struct ProxyView: Sendable {
    let resources: ResourceSnapshot
    /// What it was generated from.
    let snapshot: MeshSnapshot

    /// - Parameter previous: The view before a change; what the change doesn't
    ///   concern is taken over from it.
    init(_ proxy: ProxyIdentity, mesh: CompiledMesh, secrets: WorkloadSecrets, previous: ProxyView?) throws {
        snapshot = mesh.snapshot
        if let previous, secrets.isCurrent(for: proxy), let update = mesh.update(for: proxy, since: previous.snapshot) {
            resources = Self.apply(update, to: previous.resources, for: proxy)
        } else {
            resources = try Self.everything(for: proxy, mesh: mesh, secrets: secrets)
        }
    }

    private static func everything(
        for proxy: ProxyIdentity, mesh: CompiledMesh, secrets: WorkloadSecrets
    ) throws -> ResourceSnapshot {
        var clusters: [EncodedResource] = []
        var endpoints: [EncodedResource] = []
        var set = mesh.resources(for: proxy) { cluster, assignment in
            clusters.append(EncodedResource(cluster: cluster))
            if let assignment { endpoints.append(EncodedResource(name: assignment.clusterName, message: assignment)) }
        }
        try secrets.add(to: &set, for: proxy)
        if CaptureListener.applies(to: proxy) { CaptureListener.bindToLoopback(&set) }
        if GatewayListeners.applies(to: proxy) { GatewayListeners.bindToLoopback(&set) }
        var snapshot = ResourceSnapshot(set)
        snapshot[.cluster] = .init(clusters + set.clusters.map(EncodedResource.init(cluster:)))
        snapshot[.clusterLoadAssignment] = .init(
            endpoints + set.endpoints.map { EncodedResource(name: $0.clusterName, message: $0) })
        return snapshot
    }

    private static func apply(
        _ update: ConfigurationUpdate, to previous: ResourceSnapshot, for proxy: ProxyIdentity
    ) -> ResourceSnapshot {
        var next = previous
        next[.cluster] = previous[.cluster].changed(
            update.clusters.map(EncodedResource.init(cluster:)), removed: update.removedClusters)
        next[.clusterLoadAssignment] = previous[.clusterLoadAssignment].changed(
            update.endpoints.map { EncodedResource(name: $0.clusterName, message: $0) }, removed: update.removedEndpoints)
        next[.secret] = previous[.secret].changed(update.secrets.map { EncodedResource(name: $0.name, message: $0) })
        if let listeners = update.listeners {
            var set = ResourceSet(listeners: listeners)
            if CaptureListener.applies(to: proxy) { CaptureListener.bindToLoopback(&set) }
            next[.listener] = .init(set.listeners.map { EncodedResource(name: $0.name, message: $0) })
        }
        if let routes = update.routes {
            next[.routeConfiguration] = .init(routes.map { EncodedResource(name: $0.name, message: $0) })
        }
        if let table = update.nameTable { next[.nameTable] = .init([EncodedResource(name: "", message: table)]) }
        return next
    }
}
