internal import CPetrelSystem
internal import Glibc
internal import Synchronization
public import Telemetry
internal import TrafficModel

/// The data plane: worker threads that carry connections as their
/// configuration says.
///
/// Each worker is an epoll loop that shares nothing with the others. What
/// they carry is given to a ``Workload``: one proxy identity with its own
/// tables, of which a data plane may serve many.
public final class DataPlane: Sendable {
    /// The configuration it was made with.
    public let configuration: DataPlaneConfiguration
    /// Everything the workers count.
    public let metrics: MetricRegistry

    let mailboxes: [Mailbox]
    private let settings: WorkerSettings
    private let state = Mutex(State())

    private struct State {
        var threads: [pthread_t] = []
        var isRunning = false
        var isStopped = false
        var nextID: UInt32 = 1
        var isDraining = false
        var inherited: [ListeningSocket] = []
    }

    /// A data plane that doesn't run yet.
    public init(_ configuration: DataPlaneConfiguration = DataPlaneConfiguration(), metrics: MetricRegistry = MetricRegistry()) {
        self.configuration = configuration
        self.metrics = metrics
        mailboxes = (0..<max(1, configuration.concurrency)).map { _ in Mailbox() }
        let flush = configuration.accessLogFlushInterval.components
        settings = WorkerSettings(
            resolvers: SystemResolver.servers(configuration.resolvers), overrides: configuration.overrides,
            hosts: configuration.usesHostsFile ? SystemResolver.hosts() : [:],
            logDescriptor: configuration.accessLogDescriptor, logFormat: configuration.accessLog,
            logFlushMilliseconds: UInt64(max(0, flush.seconds)) * 1000
                + UInt64(max(0, flush.attoseconds / 1_000_000_000_000_000)),
            explainCommand: configuration.explainCommand, registry: metrics,
            metricSource: configuration.metricSource)
        state.withLock { $0.inherited = configuration.inheritedSockets }
    }

    deinit {
        stop()
        for mailbox in mailboxes { Glibc.close(mailbox.wakeup) }
    }

    /// Starts the workers. Once only.
    public func start() {
        state.withLock { state in
            guard !state.isRunning, !state.isStopped else { return }
            state.isRunning = true
            _ = petrel_raise_descriptor_limit()
            for (index, mailbox) in mailboxes.enumerated() {
                let seat = Unmanaged.passRetained(Seat(index: index, settings: settings, mailbox: mailbox))
                var thread = pthread_t()
                let result = pthread_create(&thread, nil, { Seat.run($0) }, seat.toOpaque())
                if result == 0 { state.threads.append(thread) } else { seat.release() }
            }
        }
    }

    /// Takes no more connections, lets requests under way finish with
    /// `connection: close`, and ends when all are done or the time is over.
    public func drain(deadline: Duration) async {
        beginDraining(deadline: deadline)
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let waiter = Unmanaged.passRetained(Waiter { [self] in
                join()
                continuation.resume()
            })
            var thread = pthread_t()
            let result = pthread_create(&thread, nil, { Waiter.run($0) }, waiter.toOpaque())
            if result == 0 {
                pthread_detach(thread)
            } else {
                waiter.release()
                join()
                continuation.resume()
            }
        }
    }

    /// Whether it takes no more connections.
    public var isDraining: Bool { state.withLock { $0.isDraining } }

    /// Starts to drain and doesn't wait for the end.
    ///
    /// - Parameter deadline: When it ends all the same; default a day.
    public func beginDraining(deadline: Duration = .seconds(86_400)) {
        state.withLock { $0.isDraining = true }
        let parts = deadline.components
        let wait = UInt64(max(0, parts.seconds)) * 1_000_000_000 + UInt64(max(0, parts.attoseconds / 1_000_000_000))
        let end = petrel_monotonic_nanoseconds() &+ wait
        for mailbox in mailboxes { mailbox.send(.drain(deadline: end)) }
    }

    /// Ends at once: connections are closed, requests under way are lost.
    public func stop() {
        for mailbox in mailboxes { mailbox.send(.stop) }
        join()
    }

    private func join() {
        let threads = state.withLock { state in
            state.isRunning = false
            state.isStopped = true
            let threads = state.threads
            state.threads = []
            return threads
        }
        for thread in threads { pthread_join(thread, nil) }
    }

    /// A new workload without any configuration: every connection of it is
    /// refused until tables are published.
    ///
    /// - Parameters:
    ///   - name: For people.
    ///   - bindsListeners: Whether listeners with `bind_to_port` are bound.
    ///     Workloads whose connections arrive on attached sockets say no.
    public func makeWorkload(_ name: String, bindsListeners: Bool = true) -> Workload {
        let workload = Workload(self, id: nextID(), name: name, bindsListeners: bindsListeners)
        for mailbox in mailboxes { mailbox.send(.addWorkload(id: workload.id, name: name, TrafficTables())) }
        return workload
    }

    /// Takes the sockets of a predecessor for a listener's address.
    func takeInherited(_ listener: String, _ address: petrel_address) -> [Int32] {
        state.withLock { state in
            var taken: [Int32] = []
            state.inherited.removeAll { socket in
                var own = petrel_address()
                guard socket.listener == listener, petrel_local_address(socket.descriptor, &own) == 0 else { return false }
                if address.port == 0 { own.port = 0 }
                guard own.isEqual(address) else { return false }
                taken.append(socket.descriptor)
                return true
            }
            return taken
        }
    }

    /// Closes the sockets of a predecessor that no listener took.
    public func closeInherited() {
        let rest = state.withLock { state in
            defer { state.inherited = [] }
            return state.inherited
        }
        for socket in rest { Glibc.close(socket.descriptor) }
    }

    func nextID() -> UInt32 {
        state.withLock { state in
            defer { state.nextID += 1 }
            return state.nextID
        }
    }
}

/// What a worker thread starts with.
private final class Seat: Sendable {
    let index: Int
    let settings: WorkerSettings
    let mailbox: Mailbox

    init(index: Int, settings: WorkerSettings, mailbox: Mailbox) {
        self.index = index
        self.settings = settings
        self.mailbox = mailbox
    }

    static func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        let seat = Unmanaged<Seat>.fromOpaque(argument).takeRetainedValue()
        petrel_block_signals()
        petrel_name_thread("petrel-\(seat.index)")
        let worker = UnsafeMutablePointer<Worker>.allocate(capacity: 1)
        worker.initialize(to: Worker(index: seat.index, settings: seat.settings, mailbox: seat.mailbox))
        worker.pointee.run()
        worker.deinitialize(count: 1)
        worker.deallocate()
        return nil
    }
}

/// Waits for the workers on a thread of its own, so that no task blocks.
private final class Waiter: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }

    static func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        Unmanaged<Waiter>.fromOpaque(argument).takeRetainedValue().body()
        return nil
    }
}
