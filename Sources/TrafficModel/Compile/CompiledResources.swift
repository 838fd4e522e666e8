internal import EnvoyAPI
internal import SwiftProtobuf

/// One compiled resource with the memory that holds it.
final class Compiled<Plan: BitwiseCopyable & Sendable>: Sendable {
    let arena: Arena
    let plan: FlatArray<Plan>
    let fingerprint: UInt64
    let revision: UInt64

    init(arena: Arena, plan: FlatArray<Plan>, fingerprint: UInt64, revision: UInt64) {
        self.arena = arena
        self.plan = plan
        self.fingerprint = fingerprint
        self.revision = revision
    }
}

/// Compiled resources of one kind by name and stable index.
struct CompiledSection<Plan: BitwiseCopyable & Sendable>: Sendable {
    private(set) var slots: [Compiled<Plan>?] = []
    private(set) var indexes: [String: Int32] = [:]
    private var vacant: [Int32] = []

    subscript(name: String) -> Compiled<Plan>? {
        indexes[name].flatMap { slots[Int($0)] }
    }

    mutating func set(_ name: String, _ compiled: Compiled<Plan>) {
        if let index = indexes[name] {
            slots[Int(index)] = compiled
        } else if let index = vacant.popLast() {
            slots[Int(index)] = compiled
            indexes[name] = index
        } else {
            indexes[name] = Int32(slots.count)
            slots.append(compiled)
        }
    }

    mutating func remove(_ name: String) {
        guard let index = indexes.removeValue(forKey: name) else { return }
        slots[Int(index)] = nil
        vacant.append(index)
    }

    mutating func keep(only names: Set<String>) {
        for name in indexes.keys.sorted() where !names.contains(name) { remove(name) }
    }

    func list(in arena: Arena) -> PlanList<Plan> {
        PlanList(slots: arena.array(slots.map { $0?.plan ?? FlatArray() }))
    }
}

/// Everything that a ``TrafficTables`` is made of.
struct CompiledResources: Sendable {
    var listeners = CompiledSection<ListenerPlan>()
    var clusters = CompiledSection<ClusterPlan>()
    var routes = CompiledSection<RouteConfigurationPlan>()
    var endpoints = CompiledSection<EndpointAssignment>()
    var secrets = CompiledSection<SecretPlan>()
    var names: Compiled<NameTable>?
    var environment = NameTable.Environment()
    private var revisions: UInt64 = 0

    /// Takes the place of everything: what isn't in `resources` goes.
    mutating func replaceAll(_ resources: ResourceSet, _ rejections: inout [Rejection]) {
        update(resources, &rejections)
        listeners.keep(only: Set(resources.listeners.map(\.name)))
        clusters.keep(only: Set(resources.clusters.map(\.name)))
        routes.keep(only: Set(resources.routes.map(\.name)))
        endpoints.keep(only: Set(resources.endpoints.map(\.clusterName)))
        secrets.keep(only: Set(resources.secrets.map(\.name)))
        setNames(resources.nameTable)
    }

    mutating func apply(_ change: ResourceChange, _ rejections: inout [Rejection]) {
        for name in change.removedListeners { listeners.remove(name) }
        for name in change.removedClusters { clusters.remove(name) }
        for name in change.removedRoutes { routes.remove(name) }
        for name in change.removedEndpoints { endpoints.remove(name) }
        for name in change.removedSecrets { secrets.remove(name) }
        update(change.updated, &rejections)
        if change.replacesNameTable { setNames(change.updated.nameTable) }
    }

    private mutating func update(_ resources: ResourceSet, _ rejections: inout [Rejection]) {
        put(resources.clusters, \.name, .cluster, \.clusters, &rejections) {
            (arena, message, revision) throws(CompileError) in
            var plan = try ClusterCompiler(arena: arena).compile(message)
            plan.revision = revision
            return plan
        }
        put(resources.endpoints, \.clusterName, .endpoints, \.endpoints, &rejections) {
            (arena, message, revision) throws(CompileError) in
            let compiler = EndpointCompiler(arena: arena)
            return EndpointAssignment(
                endpoints: try compiler.endpoints(message, resolvesNames: false), revision: revision)
        }
        put(resources.listeners, \.name, .listener, \.listeners, &rejections) {
            (arena, message, _) throws(CompileError) in try ListenerCompiler(arena: arena).compile(message)
        }
        put(resources.routes, \.name, .routeConfiguration, \.routes, &rejections) {
            (arena, message, _) throws(CompileError) in try RouteConfigurationCompiler(arena: arena).compile(message)
        }
        put(resources.secrets, \.name, .secret, \.secrets, &rejections) {
            (arena, message, revision) throws(CompileError) in
            var plan = try TLSCompiler(arena: arena).secret(message)
            plan.revision = revision
            return plan
        }
    }

    private mutating func put<Resource: Message & Hashable, Plan>(
        _ messages: [Resource], _ name: KeyPath<Resource, String>, _ kind: Rejection.Kind,
        _ section: WritableKeyPath<Self, CompiledSection<Plan>>, _ rejections: inout [Rejection],
        _ compile: (Arena, Resource, UInt64) throws(CompileError) -> Plan
    ) {
        for message in messages {
            let name = message[keyPath: name]
            let print = fingerprint(message)
            if self[keyPath: section][name]?.fingerprint == print { continue }
            let arena = Arena()
            revisions += 1
            do {
                let plan = arena.single(try compile(arena, message, revisions))
                let compiled = Compiled(arena: arena, plan: plan, fingerprint: print, revision: revisions)
                self[keyPath: section].set(name, compiled)
            } catch {
                rejections.append(Rejection(kind: kind, name: name, message: error.message))
            }
        }
    }

    private mutating func setNames(_ message: Istio_Networking_Nds_V1_NameTable) {
        let print = fingerprint(message)
        if names?.fingerprint == print { return }
        let arena = Arena()
        revisions += 1
        let table = NameTableCompiler(arena: arena, environment: environment).compile(message)
        names = Compiled(arena: arena, plan: arena.single(table), fingerprint: print, revision: revisions)
    }
}
