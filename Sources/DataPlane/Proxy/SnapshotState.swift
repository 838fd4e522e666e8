internal import CPetrelSystem
internal import TrafficModel

typealias SnapshotPointer = UnsafeMutablePointer<SnapshotState>
typealias WorkloadPointer = UnsafeMutablePointer<WorkloadState>

/// One configuration as one worker uses it. Counted without atomics: only
/// the worker's own thread ever touches it.
struct SnapshotState {
    let tables: TrafficTables
    /// Whose configuration it is.
    let workload: UInt32
    /// Counts up with each configuration a worker takes.
    let serial: UInt64
    /// Exchanges, clusters and the workload itself.
    var uses = 0
    /// The worker's state of each cluster, made at its first use.
    let clusters: UnsafeMutablePointer<ClusterPointer?>
    let clusterCount: Int
    /// TLS towards clients by listener and chain, made at its first use.
    var serverTLS: [Int: TLSContextSlot] = [:]
    /// Buckets of the rate limits asked so far, by place in memory.
    var buckets: [UInt: SharedTokenBucket] = [:]
    /// Which listener takes captured connections; -1 without one.
    let captureListener: Int

    init(tables: TrafficTables, workload: UInt32, serial: UInt64) {
        self.tables = tables
        self.workload = workload
        self.serial = serial
        clusterCount = tables.clusters.count
        clusters = .allocate(capacity: max(1, clusterCount))
        clusters.initialize(repeating: nil, count: max(1, clusterCount))
        var capture = tables.listener(named: "virtualOutbound") ?? -1
        if capture < 0 {
            capture = tables.listeners.occupied.first { tables.listeners[$0].useOriginalDestination } ?? -1
        }
        captureListener = capture
    }
}

/// One workload as one worker sees it.
struct WorkloadState {
    let id: UInt32
    let name: String
    var snapshot: SnapshotPointer
    var isDraining = false
    var connections = 0
}
