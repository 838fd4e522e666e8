internal import CPetrelSystem
internal import EnvoyAPI
internal import Glibc
internal import HTTP2
internal import Telemetry
internal import TrafficModel

/// One thread of the data plane: an epoll loop that owns its connections,
/// pools, timers, names and statistics. Nothing in it is shared.
///
/// The struct lives behind one pointer, so that the hot path neither counts
/// references nor checks exclusivity at run time.
struct Worker: ~Copyable {
    static let readCapacity = 32 * 1024
    /// Room behind what is read, for the scheme that matching wants.
    static let readSlack = 16
    static let scratchCapacity = 256 * 1024

    let index: Int
    let settings: WorkerSettings
    let mailbox: Mailbox
    let epoll: Int32

    // MARK: Memory

    var timers: TimerWheel
    var blocks = BlockPool()
    var connections = Slab<Connection>()
    var exchanges = Slab<Exchange>()
    var queries = Slab<DNSQuery>()
    var streams = Slab<HTTP2Stream>()
    var probes = Slab<Probe>()
    let readBuffer: UnsafeMutablePointer<UInt8>
    let scratch: UnsafeMutablePointer<UInt8>
    let head: UnsafeMutablePointer<HTTP1Head>
    /// What connections that carry HTTP/2 read into: their streams may use
    /// the other buffer meanwhile.
    let frameBuffer: UnsafeMutablePointer<UInt8>
    let fieldList: UnsafeMutablePointer<FieldList>
    let transport: UnsafeMutablePointer<TLSTransport>
    var tlsBIO: TLSBIO?
    /// Connections that have more to do than one turn allows.
    var ready: [UInt64] = []
    var readySpare: [UInt64] = []
    /// HTTP/2 connections with something to send at the end of the turn.
    var dirtyCarriers: [UInt64] = []
    var dirtySpare: [UInt64] = []
    /// Streams that go on: memory for one walk.
    var resumed: [UInt64] = []
    /// Memory that HTTP/2 connections write to between turns.
    var outputs: [[UInt8]] = []

    // MARK: Time and chance

    /// Nanoseconds on the monotonic clock, read once for each turn.
    var now: UInt64
    /// Realtime minus monotonic clock.
    var realtimeOffset: UInt64
    var milliseconds: UInt64 { now / 1_000_000 }
    var random = RandomSource()
    var dateSecond: UInt64 = 0
    var dateText = InlineArray<29, UInt8>(repeating: 0x20)

    // MARK: Configuration

    var workloads: [UInt32: WorkloadPointer] = [:]
    var listeners: [WorkerListener] = []
    var nextSerial: UInt64 = 1
    var names: NameCache
    var dnsCache = DNSAnswerCache()

    // MARK: Reports

    var log: LogBuffer
    var logFlushAt: UInt64 = 0
    let metrics: WorkerMetrics
    /// Of requests and connections that no cluster was chosen for.
    var unroutedSeries = SeriesTable()
    var drainDeadline: UInt64 = 0
    /// What the machine calls itself.
    let machineName: UnsafeMutableBufferPointer<UInt8>
    var drainSweepAt: UInt64 = 0
    var stopped = false
    /// Requests that a fault holds back.
    var activeFaults: UInt32 = 0
    /// A descriptor to give up when there is none left.
    var reserve: Int32

    init(index: Int, settings: WorkerSettings, mailbox: Mailbox) {
        self.index = index
        self.settings = settings
        self.mailbox = mailbox
        epoll = petrel_epoll_create()
        now = petrel_monotonic_nanoseconds()
        realtimeOffset = petrel_realtime_nanoseconds() &- now
        timers = TimerWheel(now: now / 1_000_000)
        readBuffer = .allocate(capacity: Self.readCapacity + Self.readSlack)
        scratch = .allocate(capacity: Self.scratchCapacity)
        head = .allocate(capacity: 1)
        head.initialize(to: HTTP1Head())
        frameBuffer = .allocate(capacity: Self.readCapacity)
        fieldList = .allocate(capacity: 1)
        // Pseudo headers come on top.
        fieldList.initialize(to: FieldList(mostFields: HTTP1Head.mostFields + 5, mostBytes: HTTP1Head.mostBytes))
        transport = TLSTransport.make()
        tlsBIO = TLSBIO(transport)
        log = LogBuffer(descriptor: settings.logDescriptor)
        metrics = WorkerMetrics(settings.registry)
        names = NameCache(settings)
        machineName = Self.readMachineName()
        reserve = open("/dev/null", O_RDONLY | O_CLOEXEC)
        ready.reserveCapacity(256)
        readySpare.reserveCapacity(256)
        _ = petrel_epoll_add(
            epoll, mailbox.wakeup, PETREL_READ | PETREL_EDGE, EventToken.make(.wakeup, index: 0, generation: 0))
    }

    deinit {
        tlsBIO?.destroy()
        TLSTransport.destroy(transport)
        head.pointee.destroy()
        head.deallocate()
        readBuffer.deallocate()
        machineName.deallocate()
        frameBuffer.deallocate()
        fieldList.deinitialize(count: 1)
        fieldList.deallocate()
        scratch.deallocate()
        Glibc.close(epoll)
        Glibc.close(reserve)
    }

    private static func readMachineName() -> UnsafeMutableBufferPointer<UInt8> {
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 256)
        memory.initialize(repeating: 0)
        memory.withMemoryRebound(to: CChar.self) { text in
            if let start = text.baseAddress { _ = gethostname(start, 255) }
        }
        return memory
    }

    /// The machine's name, for formatters.
    var hostname: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: machineName[..<(machineName.firstIndex(of: 0) ?? 0)])
    }

    /// Runs until told to stop.
    mutating func run() {
        let most: Int32 = 256
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Int(most))
        defer { events.deallocate() }
        while !stopped {
            let count = petrel_epoll_wait(epoll, events, most, waitMilliseconds())
            now = petrel_monotonic_nanoseconds()
            if let commands = mailbox.collect() { for command in commands { obey(command) } }
            for position in 0..<max(0, Int(count)) {
                dispatch(petrel_event_token(events + position), petrel_event_flags(events + position))
            }
            if !ready.isEmpty { serveReady() }
            if timers.count > 0 {
                while let timer = timers.expire(at: milliseconds) { fire(timer) }
            }
            if !dirtyCarriers.isEmpty { flushCarriers() }
            if !log.isEmpty, milliseconds >= logFlushAt { log.flush() }
            if drainDeadline != 0 { continueDraining() }
        }
        shutDown()
    }

    private func waitMilliseconds() -> Int32 {
        if !ready.isEmpty || !dirtyCarriers.isEmpty { return 0 }
        var wait: UInt64 = 60_000
        let moment = milliseconds
        if let due = timers.wait(from: moment) { wait = min(wait, due) }
        if !log.isEmpty { wait = min(wait, logFlushAt > moment ? logFlushAt - moment : 0) }
        if drainDeadline != 0 { wait = min(wait, 20) }
        return Int32(truncatingIfNeeded: wait)
    }

    private mutating func dispatch(_ token: UInt64, _ flags: UInt32) {
        let index = EventToken.index(token)
        let generation = EventToken.generation(token)
        switch EventToken.kind(token) {
        case EventToken.Kind.connection.rawValue:
            guard let connection = connections.find(index: index, generation: generation) else { return }
            handle(connection, flags)
        case EventToken.Kind.listener.rawValue:
            accept(Int(index), generation)
        case EventToken.Kind.wakeup.rawValue:
            // Never cleared: with edge triggering each signal is an event, and
            // a signal sent meanwhile must not be swallowed.
            return
        case EventToken.Kind.datagram.rawValue:
            receiveDatagrams(Int(index), generation)
        case EventToken.Kind.query.rawValue:
            guard let query = queries.find(index: index, generation: generation) else { return }
            answerArrived(query)
        default: return
        }
    }

    /// An event of one connection.
    private mutating func handle(_ connection: ConnectionPointer, _ events: UInt32) {
        if events & (PETREL_READ | PETREL_HALF_CLOSED | PETREL_HUNG_UP | PETREL_ERROR) != 0 {
            connection.pointee.flags.insert(.readable)
            if events & (PETREL_HALF_CLOSED | PETREL_HUNG_UP | PETREL_ERROR) != 0 {
                connection.pointee.flags.insert(.peerClosed)
                if events & PETREL_ERROR != 0 { connection.pointee.flags.insert(.broken) }
            }
        }
        serve(connection)
    }

    /// Does what can be done on a connection now.
    mutating func serve(_ connection: ConnectionPointer) {
        switch connection.pointee.role {
        case .unused: return
        case .inspecting: inspect(connection)
        case .securing: continueSecuring(connection)
        case .downstreamHTTP: serveDownstream(connection)
        case .lingering: linger(connection)
        case .upstreamHTTP: serveUpstream(connection)
        case .downstreamHTTP2, .upstreamHTTP2: serveCarrier(connection)
        case .relayDownstream, .relayUpstream: serveRelay(connection)
        case .probe: serveProbe(connection)
        case .dnsClient: serveDNSClient(connection)
        case .dnsUpstream: serveDNSUpstream(connection)
        }
    }

    /// Serves a connection again in the next turn: it used up its share.
    mutating func enqueue(_ connection: ConnectionPointer) {
        guard !connection.pointee.flags.contains(.queued) else { return }
        connection.pointee.flags.insert(.queued)
        ready.append(connection.pointee.token)
    }

    private mutating func serveReady() {
        swap(&ready, &readySpare)
        for token in readySpare {
            let found = connections.find(index: EventToken.index(token), generation: EventToken.generation(token))
            guard let connection = found else { continue }
            connection.pointee.flags.remove(.queued)
            serve(connection)
        }
        readySpare.removeAll(keepingCapacity: true)
    }

    private mutating func fire(_ timer: UnsafeMutablePointer<TimerNode>) {
        let raw = UnsafeMutableRawPointer(timer)
        switch timer.pointee.owner {
        case .connection: timedOut(raw.assumingMemoryBound(to: Connection.self))
        case .exchange: timedOut(raw.assumingMemoryBound(to: Exchange.self))
        case .query: timedOut(raw.assumingMemoryBound(to: DNSQuery.self))
        case .probe: timedOut(raw.assumingMemoryBound(to: Probe.self))
        case .none: return
        }
    }
}

/// What all workers of a data plane are given.
struct WorkerSettings: Sendable {
    var resolvers: [petrel_address]
    var overrides: ResolveOverrides
    var hosts: [String: [petrel_address]]
    var logDescriptor: Int32
    var logFormat: AccessLogFormat?
    var logFlushMilliseconds: UInt64
    var explainCommand: String
    var registry: MetricRegistry
    var metricSource: MetricSource?
    /// Local rate limits, shared by all workers.
    var buckets = TokenBuckets()
    /// What workers know of clusters together.
    let shared = SharedClusters()
}
