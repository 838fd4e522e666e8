public import EnvoyAPI

/// Everything one proxy should know, encoded and versioned.
public struct ResourceSnapshot: Sendable, Equatable {
    /// The resources of one type.
    public struct OfType: Sendable, Equatable {
        /// Changes exactly when one of the resources does.
        public private(set) var version: String
        /// The resources by name.
        public private(set) var resources: [String: EncodedResource]

        /// No resources.
        public init() {
            self.init([])
        }

        /// The given resources; of several with one name, the first counts.
        public init(_ list: [EncodedResource]) {
            resources = Dictionary(list.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            // A sum, so that the order of the resources doesn't matter.
            var sum: UInt64 = UInt64(resources.count)
            for resource in resources.values {
                var hash = ContentHash()
                hash.combine(Array(resource.name.utf8))
                hash.combine(Array(resource.version.utf8))
                sum = sum &+ hash.value
            }
            version = ContentHash.text(sum)
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

    /// Encodes a set. See `ResourceEncoder` to encode for many proxies.
    public init(_ set: ResourceSet) throws {
        self = try ResourceEncoder().encode(set)
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
