/// One cluster as the workers see it at this moment.
public struct ClusterReport: Sendable {
    /// One address of it.
    public struct Endpoint: Sendable {
        /// The address, `127.0.0.1:80` or `[::1]:80`.
        public var address: String
        /// The name it was found by, where there is one.
        public var hostname: String
        /// Its weight.
        public var weight: UInt32
        /// Connections open now.
        public var connections: UInt64
        /// Requests under way now.
        public var activeRequests: UInt64
    }

    /// The cluster's name.
    public var name: String
    /// Its addresses. A cluster that no request went to has none yet.
    public var endpoints: [Endpoint]
}

/// A listening socket of the configuration.
public struct ListeningSocket: Sendable {
    /// The listener's name.
    public var listener: String
    /// The socket; whoever asked for it closes it.
    public var descriptor: Int32

    /// A socket that was made elsewhere.
    public init(listener: String, descriptor: Int32) {
        self.listener = listener
        self.descriptor = descriptor
    }
}
