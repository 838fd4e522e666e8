public import EnvoyAPI

/// All configuration of one proxy, compiled to tables; immutable.
///
/// Resources are compiled once, each into memory of its own that later tables
/// share as long as the resource is unchanged. A reader on any thread holds the
/// tables, asks, and counts no reference while it does. Everything read out of
/// them is plain values that stay valid as long as the tables are held.
public final class TrafficTables: Sendable {
    /// The listeners.
    public let listeners: PlanList<ListenerPlan>
    /// The route configurations served by RDS.
    public let routeConfigurations: PlanList<RouteConfigurationPlan>
    /// The clusters.
    public let clusters: PlanList<ClusterPlan>
    /// The secrets served by SDS.
    public let secrets: PlanList<SecretPlan>
    /// The names that the mesh's DNS server answers.
    public let names: NameTable
    /// Counts up with every set of tables in a line of them.
    public let generation: UInt64

    let assignments: FlatArray<EndpointAssignment>
    let listenerIndex: ListenerIndex
    let listenerNames: [String: Int32]
    let routeIndex: HashIndex
    let clusterIndex: HashIndex
    let secretIndex: HashIndex
    let sources: CompiledResources
    // Holds the memory of the lists and indexes above.
    private let arena: Arena

    /// The tables of no configuration at all: every connection is refused.
    public convenience init() {
        self.init(CompiledResources(), after: nil)
    }

    init(_ sources: CompiledResources, after previous: TrafficTables?) {
        let arena = Arena()
        self.arena = arena
        self.sources = sources
        generation = (previous?.generation ?? 0) + 1
        listeners = sources.listeners.list(in: arena)
        routeConfigurations = sources.routes.list(in: arena)
        clusters = sources.clusters.list(in: arena)
        secrets = sources.secrets.list(in: arena)
        names = sources.names?.plan[0] ?? NameTable()
        listenerNames = sources.listeners.indexes
        routeIndex = TrafficTables.index(routeConfigurations, \.name, arena)
        clusterIndex = TrafficTables.index(clusters, \.name, arena)
        secretIndex = TrafficTables.index(secrets, \.name, arena)
        var assignments: [EndpointAssignment] = []
        assignments.reserveCapacity(clusters.count)
        for index in 0..<clusters.count {
            assignments.append(TrafficTables.assignment(of: index, in: clusters, sources))
        }
        self.assignments = arena.array(assignments)
        var entries: [ListenerIndex.Entry] = []
        for index in listeners.occupied {
            for address in listeners[index].addresses {
                entries.append(
                    ListenerIndex.Entry(address: address.address, port: address.port, listener: Int32(index)))
            }
        }
        listenerIndex = ListenerIndex(entries, in: arena)
    }

    private static func index<Plan>(
        _ list: PlanList<Plan>, _ name: (Plan) -> FlatText, _ arena: Arena
    ) -> HashIndex {
        HashIndex(list.occupied.map { (ByteComparison.hash(name(list[$0]).buffer), $0) }, in: arena)
    }

    private static func assignment(
        of index: Int, in clusters: PlanList<ClusterPlan>, _ sources: CompiledResources
    ) -> EndpointAssignment {
        guard !clusters.isVacant(index) else { return EndpointAssignment() }
        guard clusters[index].discovery == .endpointDiscovery else {
            return EndpointAssignment(endpoints: clusters[index].endpoints, revision: clusters[index].revision)
        }
        return sources.endpoints[clusters[index].serviceName.string]?.plan[0] ?? EndpointAssignment()
    }

    /// Compiles one complete set of resources.
    ///
    /// A resource that holds a field which would change traffic and isn't
    /// supported is not taken: `rejections` says which and why, and the version
    /// of it in `previous` stays in force. Resources that did not change since
    /// `previous` keep their compiled form, their index and their revision.
    ///
    /// `environment` says where the workload stands, for the short names of the
    /// DNS table; nil takes that of `previous`.
    public static func compile(
        _ resources: ResourceSet, previous: TrafficTables? = nil, environment: NameTable.Environment? = nil
    ) -> (tables: TrafficTables, rejections: [Rejection]) {
        var sources = previous?.sources ?? CompiledResources()
        if let environment, environment != sources.environment {
            sources.environment = environment
            sources.names = nil
        }
        var rejections: [Rejection] = []
        sources.replaceAll(resources, &rejections)
        return (TrafficTables(sources, after: previous), rejections)
    }

    /// Compiles a change of these tables: only what it names costs anything
    /// beyond the copying of indexes.
    public func applying(_ change: ResourceChange) -> (tables: TrafficTables, rejections: [Rejection]) {
        var sources = self.sources
        var rejections: [Rejection] = []
        sources.apply(change, &rejections)
        return (TrafficTables(sources, after: self), rejections)
    }
}

/// A change of a proxy's resources, as delta xDS brings it.
public struct ResourceChange: Sendable {
    /// Resources that are new or changed. Its name table counts only when `replacesNameTable`.
    public var updated: ResourceSet
    /// Whether `updated.nameTable` is the new name table.
    public var replacesNameTable: Bool
    /// Names of listeners that are gone.
    public var removedListeners: [String] = []
    /// Names of clusters that are gone.
    public var removedClusters: [String] = []
    /// Names of route configurations that are gone.
    public var removedRoutes: [String] = []
    /// Names of endpoint assignments that are gone.
    public var removedEndpoints: [String] = []
    /// Names of secrets that are gone.
    public var removedSecrets: [String] = []

    /// A change that brings `updated` and removes nothing.
    public init(updated: ResourceSet, replacesNameTable: Bool = false) {
        self.updated = updated
        self.replacesNameTable = replacesNameTable
    }
}

/// Endpoints of a cluster with their revision.
struct EndpointAssignment: BitwiseCopyable, Sendable {
    var endpoints = FlatArray<EndpointPlan>()
    var revision: UInt64 = 0
}
