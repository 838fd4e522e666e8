internal import EnvoyAPI
internal import Synchronization

/// Who is connected, for status output.
public final class ConnectedProxies: Sendable {
    private struct State {
        var proxies: [UInt64: ProxyStatus] = [:]
        var nextID: UInt64 = 1
        var watchers: [UInt64: AsyncStream<[ProxyStatus]>.Continuation] = [:]

        var sorted: [ProxyStatus] {
            proxies.values.sorted {
                ($0.nodeID, $0.connectionID) < ($1.nodeID, $1.connectionID)
            }
        }

        func announce() {
            guard !watchers.isEmpty else { return }
            let proxies = sorted
            for watcher in watchers.values { watcher.yield(proxies) }
        }
    }

    private let state = Mutex(State())

    /// Nobody is connected.
    public init() {}

    /// Every connected proxy, by node id, then in the order of connecting.
    public var all: [ProxyStatus] {
        state.withLock { $0.sorted }
    }

    /// The connected proxies now, and after every change. Who reads slowly
    /// skips states and gets the latest.
    public var updates: AsyncStream<[ProxyStatus]> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: [ProxyStatus].self, bufferingPolicy: .bufferingNewest(1))
        let key = state.withLock { state in
            let key = state.nextID
            state.nextID += 1
            state.watchers[key] = continuation
            continuation.yield(state.sorted)
            return key
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.watchers[key] = nil }
        }
        return stream
    }

    /// The connections of one proxy.
    public func connections(of nodeID: String) -> [ProxyStatus] {
        all.filter { $0.nodeID == nodeID }
    }

    func add(node: Envoy_Config_Core_V3_Node, connection: ProxyStatus.Connection) -> UInt64 {
        state.withLock { state in
            let id = state.nextID
            state.nextID += 1
            state.proxies[id] = ProxyStatus(
                connectionID: id, nodeID: node.id, nodeCluster: node.cluster,
                connection: connection)
            state.announce()
            return id
        }
    }

    func remove(_ id: UInt64) {
        state.withLock { state in
            state.proxies[id] = nil
            state.announce()
        }
    }

    func noteRequest(_ id: UInt64, type: EnvoyTypeURL) {
        change(id, type) { _ in }
    }

    func noteSent(_ id: UInt64, _ response: some DiscoveryResponseMessage) {
        change(id, EnvoyTypeURL(rawValue: response.typeURL)) {
            $0.sentNonce = response.nonce
            $0.sentVersion = response.typeVersion
        }
    }

    func note(_ id: UInt64, _ acknowledgement: Acknowledgement) {
        change(id, acknowledgement.typeURL) {
            $0.acknowledgedNonce = acknowledgement.nonce
            $0.acknowledgedVersion = acknowledgement.version
            $0.rejection = nil
        }
    }

    /// The proxy's status with the rejection in it.
    func note(_ id: UInt64, _ rejection: Rejection) -> ProxyStatus? {
        change(id, rejection.typeURL) { $0.rejection = rejection }
        return state.withLock { $0.proxies[id] }
    }

    private func change(
        _ id: UInt64, _ type: EnvoyTypeURL, _ body: (inout ProxyStatus.OfType) -> Void
    ) {
        state.withLock { state in
            guard var proxy = state.proxies[id] else { return }
            body(&proxy.types[type, default: ProxyStatus.OfType()])
            guard state.proxies[id] != proxy else { return }
            state.proxies[id] = proxy
            state.announce()
        }
    }
}
