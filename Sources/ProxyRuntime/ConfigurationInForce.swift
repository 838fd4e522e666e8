internal import DataPlane
internal import DiscoveryClient
internal import EnvoyAPI
internal import TrafficModel

/// The tables that a workload runs with, and the way new ones come to it.
actor ConfigurationInForce: ResourceApplier {
    private let workload: Workload
    private var tables: TrafficTables

    /// - Parameters:
    ///   - workload: What runs with it.
    ///   - environment: Where the workload stands, for short DNS names.
    init(_ workload: Workload, environment: NameTable.Environment) {
        self.workload = workload
        tables = TrafficTables.compile(ResourceSet(), environment: environment).tables
    }

    func apply(_ update: ResourceUpdate, checking check: ResourceSet) -> [ResourceName: String] {
        var refused: [ResourceName: String] = [:]
        if !update.isEmpty {
            let (next, rejections) = tables.applying(ResourceChange(update))
            tables = next
            for rejection in rejections { refused[ResourceName(rejection)] = rejection.message }
            let mine = Set(update.updated.listeners.map(\.name))
            for failure in workload.publish(next) where mine.contains(failure.listener) {
                refused[.listener(failure.listener)] = "cannot listen on \(failure.address): \(failure.reason)"
            }
        }
        if !check.names.isEmpty {
            for rejection in TrafficTables.compile(check).rejections {
                refused[ResourceName(rejection)] = rejection.message
            }
        }
        return refused
    }
}

extension ResourceChange {
    /// A change as the control plane brought it.
    init(_ update: ResourceUpdate) {
        self.init(updated: update.updated, replacesNameTable: update.replacesNameTable)
        for name in update.removed {
            switch name.typeURL {
            case .listener: removedListeners.append(name.name)
            case .cluster: removedClusters.append(name.name)
            case .routeConfiguration: removedRoutes.append(name.name)
            case .clusterLoadAssignment: removedEndpoints.append(name.name)
            case .secret: removedSecrets.append(name.name)
            default: continue
            }
        }
    }
}

extension ResourceName {
    /// The refused resource under its xDS type.
    init(_ rejection: Rejection) {
        switch rejection.kind {
        case .listener: self = .listener(rejection.name)
        case .cluster: self = .cluster(rejection.name)
        case .routeConfiguration: self = .route(rejection.name)
        case .endpoints: self = .endpoints(rejection.name)
        case .secret: self = .secret(rejection.name)
        case .nameTable: self.init(typeURL: .nameTable, name: rejection.name)
        }
    }
}
