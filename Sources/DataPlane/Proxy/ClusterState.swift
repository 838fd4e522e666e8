internal import CPetrelSystem
internal import Telemetry
internal import TrafficModel

typealias ClusterPointer = UnsafeMutablePointer<ClusterState>
typealias EndpointPointer = UnsafeMutablePointer<EndpointState>

/// One address of a cluster as one worker sees it: its connections.
struct EndpointState: BitwiseCopyable {
    var cluster: ClusterPointer
    var address: petrel_address
    /// Name for automatic rewrites and for people.
    var hostname: FlatText
    /// Which `EndpointPlan` it came from.
    var plan: Int
    var weight: UInt32
    /// Its number in the cluster's shared part; -1 where health isn't kept.
    var number: Int32 = -1
    /// Its active checks, in the worker that makes them.
    var probe: ProbePointer?
    /// Milliseconds on the loop's clock when it became part of the cluster.
    var joined: UInt64 = 0
    /// Waiting connections, the most recently used first.
    var idle: ConnectionPointer?
    /// HTTP/2 connections, the newest first.
    var carriers: ConnectionPointer?
    /// ALPN chose HTTP/2 once.
    var negotiatedHTTP2 = false
    var connections: UInt32 = 0
    var activeRequests: UInt32 = 0
    /// Exchanges and connections that point here.
    var uses: UInt32 = 0
    /// No longer part of the cluster: freed when its last use ends.
    var retired = false
}

/// One cluster as one worker sees it. It survives a change of configuration
/// that leaves the cluster alone, with its pools.
struct ClusterState {
    let index: Int
    let revision: UInt64
    var endpointRevision: UInt64
    /// Keeps the memory of `plan` alive.
    var snapshot: SnapshotPointer
    var endpoints: [EndpointPointer] = []
    /// The same by address, where clients name the endpoints.
    var dynamicEndpoints: [EndpointKey: EndpointPointer] = [:]
    var balancer = Balancer()
    /// What all workers know of it.
    let shared: SharedCluster
    /// The state of `shared` that `balancer` was made with.
    var sharedVersion: UInt64 = 0
    let sharedKey: SharedClusters.Key
    var tls = TLSContextSlot()
    /// TLS contexts of `transport_socket_matches`, by place.
    var matchedTLS: [Int: TLSContextSlot] = [:]
    var connections: UInt32 = 0
    var activeRequests: UInt32 = 0
    var pending: UInt32 = 0
    var firstPending: ExchangePointer?
    var lastPending: ExchangePointer?
    /// TCP clients that wait for the names, by token.
    var waitingRelays: [UInt64] = []
    /// Names it waits for, each with what it resolved to last.
    var names: [ClusterName] = []
    /// Places in `names` by host and port, for a dynamic forward proxy.
    var forwardNames: [ForwardTarget: Int] = [:]
    var isResolving = false
    var namesWaiting = 0
    /// Milliseconds on the loop's clock when the first name is due again.
    var namesExpire: UInt64 = 0
    /// Milliseconds on the loop's clock of the last request.
    var lastUse: UInt64 = 0
    var metrics: MetricShard?
    var series = SeriesTable()
    var uses: UInt32 = 0
    var retired = false
    var plan: ClusterPlan {
        _read { yield snapshot.pointee.tables.clusters[index] }
    }
}

/// One name of a DNS cluster.
struct ClusterName {
    var plan: Int
    var host: String
    var port: UInt16
    var addresses: [petrel_address] = []
    /// What the first of two questions brought (lookup family ALL).
    var partial: [petrel_address] = []
    var failed = false
    /// Failures since the last answer.
    var failures = 0
    /// A question is under way (dynamic forward proxy).
    var isResolving = false
    /// Milliseconds on the loop's clock of the last request (dynamic forward proxy).
    var lastUse: UInt64 = 0
    /// Milliseconds on the loop's clock when the answer is to be renewed.
    var expires: UInt64 = 0
}
