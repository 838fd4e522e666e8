public import EnvoyAPI

/// Everything one proxy should know, encoded and versioned.
public struct ResourceSnapshot: Sendable, Equatable {
    /// The resources of one type.
    public struct OfType: Sendable, Equatable {
        /// Changes exactly when one of the resources does.
        public private(set) var version: String
        /// The resources by name.
        public private(set) var resources: [String: EncodedResource]
        /// How it came from the state before, where it did.
        private(set) var change: Change?
        private var sum: UInt64

        /// What became of one state to make it the next.
        struct Change: Sendable {
            /// The version of the state before.
            let base: String
            /// Resources that were added, changed or removed.
            let names: [String]
        }

        /// No resources.
        public init() {
            self.init([])
        }

        /// The given resources; of several with one name, the first counts.
        public init(_ list: [EncodedResource]) {
            var resources: [String: EncodedResource] = [:]
            resources.reserveCapacity(list.count)
            // A sum, so that the order of the resources doesn't matter.
            sum = 0
            for resource in list where resources[resource.name] == nil {
                resources[resource.name] = resource
                sum = sum &+ resource.hash
            }
            self.resources = resources
            version = ContentHash.text(sum &+ UInt64(resources.count))
        }

        /// This state with some resources replaced or added, others removed.
        /// Costs what is changed; equal to the state made of all of them at once.
        public func changed(_ list: [EncodedResource], removed: [String] = []) -> OfType {
            var next = self
            var names: [String] = []
            for name in removed {
                guard let gone = next.resources.removeValue(forKey: name) else { continue }
                next.sum = next.sum &- gone.hash
                names.append(name)
            }
            for resource in list {
                let before = next.resources.updateValue(resource, forKey: resource.name)
                next.sum = next.sum &- (before?.hash ?? 0) &+ resource.hash
                if before != resource { names.append(resource.name) }
            }
            guard !names.isEmpty else { return self }
            next.version = ContentHash.text(next.sum &+ UInt64(next.resources.count))
            next.change = Change(base: version, names: names)
            return next
        }

        public static func == (left: OfType, right: OfType) -> Bool {
            left.version == right.version
        }
    }

    /// The resources by type.
    public var types: [EnvoyTypeURL: OfType]

    /// No resources at all.
    public init() {
        types = [:]
    }

    /// Resources that are already encoded.
    public init(types: [EnvoyTypeURL: OfType]) {
        self.types = types
    }

    /// Encodes a set.
    public init(_ set: ResourceSet) {
        self.init()
        self[.cluster] = OfType(set.clusters.map(EncodedResource.init(cluster:)))
        self[.clusterLoadAssignment] = OfType(set.endpoints.map { EncodedResource(name: $0.clusterName, message: $0) })
        self[.listener] = OfType(set.listeners.map { EncodedResource(name: $0.name, message: $0) })
        self[.routeConfiguration] = OfType(set.routes.map { EncodedResource(name: $0.name, message: $0) })
        self[.secret] = OfType(set.secrets.map { EncodedResource(name: $0.name, message: $0) })
        self[.extensionConfig] = OfType(set.extensionConfigs.map { EncodedResource(name: $0.name, message: $0) })
        self[.nameTable] = OfType([EncodedResource(name: "", message: set.nameTable)])
    }

    /// The resources of a type; empty if there are none.
    public subscript(type: EnvoyTypeURL) -> OfType {
        get { types[type] ?? OfType() }
        set { types[type] = newValue }
    }

    /// One resource.
    public subscript(name: ResourceName) -> EncodedResource? {
        types[name.typeURL]?.resources[name.name]
    }
}

extension EncodedResource {
    /// A cluster, with the name of the endpoints that it needs.
    public convenience init(cluster: Envoy_Config_Cluster_V3_Cluster) {
        self.init(name: cluster.name, message: cluster, endpointsName: cluster.discoveredEndpointsName)
    }
}
