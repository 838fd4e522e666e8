public import EnvoyAPI
internal import SwiftProtobuf
internal import Synchronization

/// Encodes resource sets, each resource once, however many proxies get it and
/// however often it comes again unchanged.
public final class ResourceEncoder: Sendable {
    private struct Caches {
        var clusters = EncodingCache<Envoy_Config_Cluster_V3_Cluster>()
        var endpoints = EncodingCache<Envoy_Config_Endpoint_V3_ClusterLoadAssignment>()
        var listeners = EncodingCache<Envoy_Config_Listener_V3_Listener>()
        var routes = EncodingCache<Envoy_Config_Route_V3_RouteConfiguration>()
        var secrets = EncodingCache<Envoy_Extensions_TransportSockets_Tls_V3_Secret>()
        var extensions = EncodingCache<Envoy_Config_Core_V3_TypedExtensionConfig>()
        var nameTables = EncodingCache<Istio_Networking_Nds_V1_NameTable>()
    }

    private let caches = Mutex(Caches())
    private let capacity: Int

    /// An encoder that remembers up to `capacity` resources of each type.
    /// Beyond it, a type is forgotten and collected anew.
    public init(capacity: Int = 60_000) {
        self.capacity = capacity
    }

    /// Encodes and versions a set. Throws if a resource can't be encoded.
    public func encode(_ set: ResourceSet) throws -> ResourceSnapshot {
        var snapshot = ResourceSnapshot()
        snapshot[.cluster] = try encode(
            set.clusters, \.clusters, name: \.name, endpointsName: \.discoveredEndpointsName)
        snapshot[.clusterLoadAssignment] = try encode(
            set.endpoints, \.endpoints, name: \.clusterName)
        snapshot[.listener] = try encode(set.listeners, \.listeners, name: \.name)
        snapshot[.routeConfiguration] = try encode(set.routes, \.routes, name: \.name)
        snapshot[.secret] = try encode(set.secrets, \.secrets, name: \.name)
        snapshot[.extensionConfig] = try encode(
            set.extensionConfigs, \.extensions, name: \.name)
        snapshot[.nameTable] = try encode([set.nameTable], \.nameTables, name: { _ in "" })
        return snapshot
    }

    private func encode<M: Message & Equatable>(
        _ messages: [M], _ cache: WritableKeyPath<Caches, EncodingCache<M>>,
        name: (M) -> String, endpointsName: (M) -> String? = { _ in nil }
    ) throws -> ResourceSnapshot.OfType {
        // The lock isn't held while encoding, so that proxies don't wait for
        // each other. At worst, two encode the same resource.
        var fresh: [(M, EncodedResource)] = []
        var list: [EncodedResource] = []
        list.reserveCapacity(messages.count)
        do {
            // Gone before the cache is written, so that it isn't copied.
            let known = caches.withLock { $0[keyPath: cache] }
            for message in messages {
                let name = name(message)
                if let encoded = known.find(message, name: name) {
                    list.append(encoded)
                    continue
                }
                let encoded = try EncodedResource(
                    name: name, message: message, endpointsName: endpointsName(message))
                fresh.append((message, encoded))
                list.append(encoded)
            }
        }
        if !fresh.isEmpty {
            caches.withLock { caches in
                for (message, encoded) in fresh {
                    caches[keyPath: cache].insert(message, encoded, capacity: capacity)
                }
            }
        }
        return ResourceSnapshot.OfType(list)
    }
}

/// What has been encoded of one type. Proxies may get different content under
/// the same name, so a few variants of each are kept.
struct EncodingCache<M: Message & Equatable & Sendable>: Sendable {
    private struct Variant: Sendable {
        let message: M
        let encoded: EncodedResource
    }

    private var variants: [String: [Variant]] = [:]
    private static var variantLimit: Int { 4 }

    /// The encoded form of an equal message. Messages that share storage, as
    /// those of a generator that keeps what didn't change, compare at once.
    func find(_ message: M, name: String) -> EncodedResource? {
        variants[name]?.first { $0.message == message }?.encoded
    }

    mutating func insert(_ message: M, _ encoded: EncodedResource, capacity: Int) {
        if variants.count >= capacity { variants.removeAll() }
        var list = variants[encoded.name] ?? []
        if list.count >= Self.variantLimit { list.removeFirst() }
        list.append(Variant(message: message, encoded: encoded))
        variants[encoded.name] = list
    }
}
