public import ConfigGeneration
internal import EnvoyAPI
public import MeshAPI
public import ServiceRegistry
public import TrafficModel

/// Addresses as the traffic model knows them.
typealias TrafficAddress = TrafficModel.IPAddress

/// What one proxy is given, compiled the way the proxy compiles it, with where
/// each part came from.
public struct CompiledProxy: Sendable {
    /// Who the proxy is.
    public let identity: ProxyIdentity
    /// The tables that decide.
    public let tables: TrafficTables
    /// Resources that the proxy refuses.
    public let rejections: [Rejection]
    private let provenance: [ResourceName: [ObjectReference]]
    private let locations: [ObjectReference: SourceLocation]

    /// Compiles a generated configuration.
    ///
    /// - Parameters:
    ///   - configuration: Resources and their origin.
    ///   - identity: Who the proxy is.
    ///   - objects: The objects, for the files and lines they stand at.
    public init(configuration: GeneratedConfiguration, identity: ProxyIdentity, objects: [MeshObject]) {
        self.identity = identity
        let domain = identity.dnsDomain
        let services = domain.hasPrefix("\(identity.namespace).") ? String(domain.dropFirst(identity.namespace.count + 1)) : domain
        let environment = NameTable.Environment(namespace: identity.namespace, domain: services, searchDomains: [domain])
        (tables, rejections) = TrafficTables.compile(configuration.resources, environment: environment)
        provenance = configuration.provenance
        var locations: [ObjectReference: SourceLocation] = [:]
        for object in objects {
            if let location = object.location(of: "kind") ?? object.location(of: "metadata.name") {
                locations[object.reference] = location
            }
        }
        self.locations = locations
    }

    /// The object that decided a resource, and where it is written.
    func origin(_ name: ResourceName) -> (object: ObjectReference, location: SourceLocation?)? {
        guard let object = provenance[name]?.first else { return nil }
        return located(object)
    }

    /// The first object of a kind that had a part in a resource.
    func origin(_ name: ResourceName, kind: String) -> (object: ObjectReference, location: SourceLocation?)? {
        provenance[name]?.first { $0.kind == kind }.map(located)
    }

    func located(_ object: ObjectReference) -> (object: ObjectReference, location: SourceLocation?) {
        (object, locations[object])
    }
}
