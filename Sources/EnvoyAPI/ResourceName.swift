/// One resource, by type and name: the key of everything that is discovered.
public struct ResourceName: Hashable, Sendable {
    /// The kind of resource.
    public var typeURL: EnvoyTypeURL
    /// The name, unique within its type.
    public var name: String

    /// Names a resource.
    public init(typeURL: EnvoyTypeURL, name: String) {
        self.typeURL = typeURL
        self.name = name
    }

    /// A cluster.
    public static func cluster(_ name: String) -> ResourceName {
        ResourceName(typeURL: .cluster, name: name)
    }

    /// The endpoints of a cluster.
    public static func endpoints(_ name: String) -> ResourceName {
        ResourceName(typeURL: .clusterLoadAssignment, name: name)
    }

    /// A listener.
    public static func listener(_ name: String) -> ResourceName {
        ResourceName(typeURL: .listener, name: name)
    }

    /// A route configuration.
    public static func route(_ name: String) -> ResourceName {
        ResourceName(typeURL: .routeConfiguration, name: name)
    }

    /// A secret.
    public static func secret(_ name: String) -> ResourceName {
        ResourceName(typeURL: .secret, name: name)
    }
}

extension ResourceName: Comparable {
    public static func < (left: ResourceName, right: ResourceName) -> Bool {
        if left.typeURL != right.typeURL { return left.typeURL < right.typeURL }
        return left.name < right.name
    }
}

extension ResourceName: CustomStringConvertible {
    public var description: String { "\(typeURL.shortName) \(name)" }
}
