public import EnvoyAPI
public import MeshAPI

/// All resources of one proxy, and which objects made each of them.
public struct GeneratedConfiguration: Sendable {
    /// The resources, in a stable order.
    public var resources: ResourceSet
    /// The objects behind a resource, the deciding one first. A virtual host
    /// stands as `routeConfiguration/virtualHost` among the routes, a filter
    /// chain as `listener/cluster` among the listeners.
    public var provenance: [ResourceName: [ObjectReference]]

    /// A configuration.
    public init(resources: ResourceSet, provenance: [ResourceName: [ObjectReference]]) {
        self.resources = resources
        self.provenance = provenance
    }
}
