public import EnvoyAPI
internal import Synchronization

/// A source that somebody publishes to, per proxy or for all.
public final class ResourceFeed: DiscoverySource {
    private struct Subscriber {
        let nodeID: String
        let continuation: AsyncStream<ResourceSnapshot>.Continuation
    }

    private struct State {
        var shared: ResourceSnapshot?
        var own: [String: ResourceSnapshot] = [:]
        var subscribers: [UInt64: Subscriber] = [:]
        var nextKey: UInt64 = 0
    }

    private let state = Mutex(State())

    /// A feed with nothing to give yet: proxies wait.
    public init() {}

    /// A feed that gives these resources to every proxy.
    public init(_ snapshot: ResourceSnapshot) {
        state.withLock { $0.shared = snapshot }
    }

    /// Gives these resources to every proxy that has none of its own.
    public func publish(_ snapshot: ResourceSnapshot) {
        state.withLock { state in
            state.shared = snapshot
            for subscriber in state.subscribers.values
            where state.own[subscriber.nodeID] == nil {
                subscriber.continuation.yield(snapshot)
            }
        }
    }

    /// Gives these resources to the proxy with this node id.
    public func publish(_ snapshot: ResourceSnapshot, to nodeID: String) {
        state.withLock { state in
            state.own[nodeID] = snapshot
            for subscriber in state.subscribers.values where subscriber.nodeID == nodeID {
                subscriber.continuation.yield(snapshot)
            }
        }
    }

    public func resources(
        for node: Envoy_Config_Core_V3_Node
    ) async throws -> AsyncStream<ResourceSnapshot> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: ResourceSnapshot.self, bufferingPolicy: .bufferingNewest(1))
        let key = state.withLock { state in
            let key = state.nextKey
            state.nextKey += 1
            state.subscribers[key] = Subscriber(nodeID: node.id, continuation: continuation)
            if let snapshot = state.own[node.id] ?? state.shared {
                continuation.yield(snapshot)
            }
            return key
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.subscribers[key] = nil }
        }
        return stream
    }
}
