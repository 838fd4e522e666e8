internal import Synchronization
internal import TrafficModel
internal import CPetrelSystem

/// What other threads ask of a worker.
enum Command: Sendable {
    case addWorkload(id: UInt32, name: String, TrafficTables)
    case publish(workload: UInt32, TrafficTables)
    case removeWorkload(id: UInt32)
    /// Listening sockets whose connections were redirected here, and sockets
    /// for DNS. `owned` says that this worker closes them.
    case attach(
        workload: UInt32, attachment: UInt32, capture: [Int32], datagrams: [Int32], dnsStreams: [Int32], owned: Bool)
    case detach(attachment: UInt32)
    /// A listener of the tables, bound for this worker.
    case listen(workload: UInt32, listener: String, descriptor: Int32)
    case stopListening(workload: UInt32, listener: String)
    case drain(deadline: UInt64)
    case reportClusters(Answers<[ClusterReport]>)
    case reportSockets(Answers<[ListeningSocket]>)
    case stop
}

/// A worker's letter box. Writing takes a lock; reading, which the worker
/// does at each turn of its loop, is one atomic load when there is nothing.
final class Mailbox: Sendable {
    private let hasCommands = Atomic<Bool>(false)
    private let commands = Mutex<[Command]>([])
    let wakeup: Int32

    init() {
        wakeup = petrel_event_create()
    }

    func send(_ command: Command) {
        commands.withLock { $0.append(command) }
        hasCommands.store(true, ordering: .releasing)
        petrel_event_signal(wakeup)
    }

    @inline(__always)
    func collect() -> [Command]? {
        guard hasCommands.load(ordering: .relaxed) else { return nil }
        return commands.withLock {
            hasCommands.store(false, ordering: .relaxed)
            let taken = $0
            $0 = []
            return taken
        }
    }
}
