internal import CPetrelSystem
internal import Synchronization
internal import TrafficModel

/// What all workers know of one cluster together: how much of its circuit
/// breakers is used, and which endpoints are out. Counting costs an atomic
/// addition; health costs a lock only where outlier detection or active
/// checks are configured.
final class SharedCluster: Sendable {
    /// Priorities of requests have circuit breakers of their own.
    struct Use: Equatable {
        var connections: Int
        var pending: Int
        var requests: Int
        var retries: Int
    }

    private let connections = Atomic<Int>(0)
    private let highConnections = Atomic<Int>(0)
    private let pending = Atomic<Int>(0)
    private let highPending = Atomic<Int>(0)
    private let requests = Atomic<Int>(0)
    private let highRequests = Atomic<Int>(0)
    private let retries = Atomic<Int>(0)
    private let highRetries = Atomic<Int>(0)

    /// Counts up when the health of an endpoint changes.
    let version = Atomic<UInt64>(0)
    /// Milliseconds on the clock when a sweep is due; never without outlier
    /// detection.
    private let sweepAt = Atomic<UInt64>(.max)
    /// Whether endpoints have any health to keep.
    let watches: Bool
    private let isChecked: Bool
    /// Which worker makes the active checks, from 1; 0 for none.
    private let checker = Atomic<Int>(0)
    private let state: Mutex<State>

    private struct State {
        var numbers: [EndpointKey: Int] = [:]
        var entries: [Entry] = []
        var free: [Int] = []
        var detector: OutlierDetector?
    }

    private struct Entry {
        var key: EndpointKey
        var users = 0
        var detected = -1
        var failsCheck = false
    }

    /// What is wrong with an endpoint.
    struct Condition: Equatable {
        var isEjected = false
        var failsCheck = false
        var isHealthy: Bool { !isEjected && !failsCheck }
    }

    init(_ plan: ClusterPlan, at now: UInt64) {
        watches = !plan.outlier.isEmpty || !plan.healthChecks.isEmpty
        isChecked = !plan.healthChecks.isEmpty
        var state = State()
        if let outlier = plan.outlier.first {
            let detector = OutlierDetector(outlier, at: now, seed: now)
            sweepAt.store(detector.nextSweep, ordering: .relaxed)
            state.detector = detector
        }
        self.state = Mutex(state)
    }

    // MARK: - Circuit breakers

    func use(highPriority: Bool) -> Use {
        func read(_ normal: borrowing Atomic<Int>, _ high: borrowing Atomic<Int>) -> Int {
            highPriority ? high.load(ordering: .relaxed) : normal.load(ordering: .relaxed)
        }
        return Use(
            connections: read(connections, highConnections), pending: read(pending, highPending),
            requests: read(requests, highRequests), retries: read(retries, highRetries))
    }

    /// Counts one more, unless there are `limit` already.
    @inline(__always)
    private func take(_ counter: borrowing Atomic<Int>, _ limit: UInt32) -> Bool {
        if counter.add(1, ordering: .relaxed).oldValue < Int(limit) { return true }
        counter.subtract(1, ordering: .relaxed)
        return false
    }

    @inline(__always)
    func takeRequest(_ limit: UInt32, highPriority: Bool) -> Bool {
        highPriority ? take(highRequests, limit) : take(requests, limit)
    }

    @inline(__always)
    func returnRequest(highPriority: Bool) {
        if highPriority {
            highRequests.subtract(1, ordering: .relaxed)
        } else {
            requests.subtract(1, ordering: .relaxed)
        }
    }

    func takePending(_ limit: UInt32, highPriority: Bool) -> Bool {
        highPriority ? take(highPending, limit) : take(pending, limit)
    }

    func returnPending(highPriority: Bool) {
        if highPriority { highPending.subtract(1, ordering: .relaxed) } else { pending.subtract(1, ordering: .relaxed) }
    }

    /// Counts a connection; `isFirst` ones of an endpoint are made whatever
    /// the limit says, so that no endpoint is cut off by the others.
    func takeConnection(_ limit: UInt32, isFirst: Bool) -> Bool {
        if take(connections, limit) { return true }
        guard isFirst else { return false }
        connections.add(1, ordering: .relaxed)
        return true
    }

    func returnConnection() { connections.subtract(1, ordering: .relaxed) }

    func addRetry(highPriority: Bool) {
        if highPriority { highRetries.add(1, ordering: .relaxed) } else { retries.add(1, ordering: .relaxed) }
    }

    func returnRetry(highPriority: Bool) {
        if highPriority { highRetries.subtract(1, ordering: .relaxed) } else { retries.subtract(1, ordering: .relaxed) }
    }

    // MARK: - Endpoints

    /// The number of an endpoint, which it keeps as long as any worker has it.
    func join(_ address: petrel_address) -> Int {
        state.withLock { state in
            let key = EndpointKey(address)
            if let known = state.numbers[key] {
                state.entries[known].users += 1
                return known
            }
            var entry = Entry(key: key, users: 1)
            // Not healthy before its first check.
            entry.failsCheck = isChecked
            entry.detected = state.detector?.add() ?? -1
            let number = state.free.popLast() ?? state.entries.count
            if number < state.entries.count { state.entries[number] = entry } else { state.entries.append(entry) }
            state.numbers[key] = number
            return number
        }
    }

    func leave(_ number: Int) {
        state.withLock { state in
            state.entries[number].users -= 1
            guard state.entries[number].users == 0 else { return }
            let entry = state.entries[number]
            if entry.detected >= 0 { state.detector?.remove(entry.detected) }
            state.numbers[entry.key] = nil
            state.free.append(number)
        }
    }

    func condition(_ number: Int) -> Condition {
        state.withLock { state in
            let entry = state.entries[number]
            let isEjected = entry.detected >= 0 && (state.detector?.isEjected(entry.detected) ?? false)
            return Condition(isEjected: isEjected, failsCheck: entry.failsCheck)
        }
    }

    /// How many endpoints are ejected.
    var ejected: Int { state.withLock { $0.detector?.ejected ?? 0 } }

    // MARK: - Health

    func record(_ number: Int, _ outcome: OutlierDetector.Outcome, at now: UInt64) {
        let changed = state.withLock { state in
            let place = state.entries[number].detected
            return place >= 0 && state.detector?.record(place, outcome, at: now) ?? false
        }
        if changed { version.add(1, ordering: .releasing) }
    }

    /// Ends intervals that are over.
    @inline(__always)
    func sweep(at now: UInt64) {
        if now >= sweepAt.load(ordering: .relaxed) { sweepNow(now) }
    }

    private func sweepNow(_ now: UInt64) {
        let changed = state.withLock { state in
            let changed = state.detector?.sweep(at: now) ?? false
            sweepAt.store(state.detector?.nextSweep ?? .max, ordering: .relaxed)
            return changed
        }
        if changed { version.add(1, ordering: .releasing) }
    }

    /// What active checks found out about an endpoint.
    func setCheck(_ number: Int, fails: Bool) {
        let changed = state.withLock { state in
            var changed = state.entries[number].failsCheck != fails
            state.entries[number].failsCheck = fails
            let place = state.entries[number].detected
            if !fails, place >= 0, state.detector?.checked(place) ?? false { changed = true }
            return changed
        }
        if changed { version.add(1, ordering: .releasing) }
    }

    /// Makes `worker` the one that checks, when there is none.
    func becomeChecker(_ worker: Int) -> Bool {
        let now = checker.compareExchange(expected: 0, desired: worker + 1, ordering: .relaxed)
        return now.exchanged || now.original == worker + 1
    }

    func resignAsChecker(_ worker: Int) {
        let result = checker.compareExchange(expected: worker + 1, desired: 0, ordering: .relaxed)
        // Others look, and one of them takes over.
        if result.exchanged { version.add(1, ordering: .releasing) }
    }
}

/// An address with its port, for dictionaries.
struct EndpointKey: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64
    private let port: UInt16

    init(_ address: petrel_address) {
        let ip = address.ip
        high = ip.high
        low = ip.low
        port = address.port
    }
}

/// The shared parts of the clusters of a data plane, as long as any worker
/// uses them.
final class SharedClusters: Sendable {
    struct Key: Hashable, Sendable {
        var workload: UInt32
        var name: String
        var revision: UInt64
    }

    private struct Entry {
        var cluster: SharedCluster
        var users: Int
    }

    private let entries = Mutex<[Key: Entry]>([:])

    func join(_ key: Key, _ plan: ClusterPlan, at now: UInt64) -> SharedCluster {
        entries.withLock { entries in
            if let known = entries[key] {
                entries[key]?.users += 1
                return known.cluster
            }
            let made = SharedCluster(plan, at: now)
            entries[key] = Entry(cluster: made, users: 1)
            return made
        }
    }

    func leave(_ key: Key) {
        entries.withLock { entries in
            entries[key]?.users -= 1
            if entries[key]?.users == 0 { entries[key] = nil }
        }
    }
}
