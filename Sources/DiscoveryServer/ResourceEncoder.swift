public import EnvoyAPI
internal import SwiftProtobuf
internal import Synchronization

/// Encodes resource sets, and keeps one copy of the bytes however many proxies
/// hold the same resource.
public final class ResourceEncoder: Sendable {
    private struct Key: Hashable {
        let name: ResourceName
        let version: String
    }

    private let shared = Mutex<[Key: EncodedResource]>([:])
    private let capacity: Int

    /// An encoder that remembers up to `capacity` resources. Beyond it,
    /// everything is forgotten and collected anew: nothing but sharing is lost.
    public init(capacity: Int = 60_000) {
        self.capacity = capacity
    }

    /// Encodes and versions a set. Throws if a resource can't be encoded.
    public func encode(_ set: ResourceSet) throws -> ResourceSnapshot {
        var snapshot = ResourceSnapshot()
        snapshot[.cluster] = try encode(
            set.clusters, .cluster, name: \.name, endpointsName: \.discoveredEndpointsName)
        snapshot[.clusterLoadAssignment] = try encode(
            set.endpoints, .clusterLoadAssignment, name: \.clusterName)
        snapshot[.listener] = try encode(set.listeners, .listener, name: \.name)
        snapshot[.routeConfiguration] = try encode(set.routes, .routeConfiguration, name: \.name)
        snapshot[.secret] = try encode(set.secrets, .secret, name: \.name)
        snapshot[.extensionConfig] = try encode(
            set.extensionConfigs, .extensionConfig, name: \.name)
        snapshot[.nameTable] = try encode([set.nameTable], .nameTable, name: { _ in "" })
        return snapshot
    }

    private func encode<M: Message>(
        _ messages: [M], _ type: EnvoyTypeURL,
        name: (M) -> String, endpointsName: (M) -> String? = { _ in nil }
    ) throws -> ResourceSnapshot.OfType {
        ResourceSnapshot.OfType(
            try messages.map { message in
                share(
                    try EncodedResource(
                        name: name(message), message: message,
                        endpointsName: endpointsName(message)),
                    type: type)
            })
    }

    private func share(_ resource: EncodedResource, type: EnvoyTypeURL) -> EncodedResource {
        let key = Key(
            name: ResourceName(typeURL: type, name: resource.name), version: resource.version)
        return shared.withLock { shared in
            if let known = shared[key] { return known }
            if shared.count >= capacity { shared.removeAll() }
            shared[key] = resource
            return resource
        }
    }
}
