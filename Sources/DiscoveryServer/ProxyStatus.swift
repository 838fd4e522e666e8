public import EnvoyAPI

/// One connected proxy: what it was sent, and what it said to that.
public struct ProxyStatus: Sendable, Hashable {
    /// How the proxy is connected.
    public enum Connection: String, Sendable, Hashable {
        /// Over gRPC, incremental xDS.
        case delta
        /// Over gRPC, state-of-the-world xDS.
        case stateOfTheWorld
        /// In this process.
        case inMemory
    }

    /// How far a proxy is with one type.
    public enum Phase: String, Sendable, Hashable {
        /// The proxy asked, and nothing has been sent.
        case notSent
        /// Sent, without an answer so far.
        case sent
        /// The proxy runs with the latest that it was sent.
        case synced
        /// The proxy refused the latest, and runs with what it had before.
        case rejected
    }

    /// One type of resources.
    public struct OfType: Sendable, Hashable {
        /// The nonce of the last response.
        public internal(set) var sentNonce = ""
        /// The version of the last response.
        public internal(set) var sentVersion = ""
        /// The nonce of the last response that the proxy applied.
        public internal(set) var acknowledgedNonce = ""
        /// The version that the proxy applied last.
        public internal(set) var acknowledgedVersion = ""
        /// What the proxy last refused, until it applies something newer.
        public internal(set) var rejection: Rejection?

        /// How far the proxy is.
        public var phase: Phase {
            if sentNonce.isEmpty { return .notSent }
            if rejection?.nonce == sentNonce { return .rejected }
            return acknowledgedNonce == sentNonce ? .synced : .sent
        }
    }

    /// Counts connections of this process.
    public let connectionID: UInt64
    /// The proxy's own id, `sidecar~10.0.0.1~pod.ns~ns.svc.cluster.local`.
    public let nodeID: String
    /// The cluster that the proxy says it belongs to.
    public let nodeCluster: String
    /// How the proxy is connected.
    public let connection: Connection
    /// By type, what the proxy asked for.
    public internal(set) var types: [EnvoyTypeURL: OfType] = [:]

    /// The least advanced phase of all types.
    public var phase: Phase {
        let phases = Set(types.values.map(\.phase))
        return [.rejected, .notSent, .sent].first(where: phases.contains) ?? .synced
    }
}
