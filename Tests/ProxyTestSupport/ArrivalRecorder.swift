internal import Glibc
internal import Synchronization

/// What one origin received: a request, or the bytes of a relayed connection.
public struct Arrival: Sendable, Equatable {
    /// The origin's name.
    public var origin: String
    /// Its connections are counted from 0.
    public var connection: Int
    /// What came, byte for byte.
    public var bytes: [UInt8]
    /// Whether it was complete when the connection ended.
    public var isComplete: Bool
}

/// Collects what the origins of one scenario receive.
public final class ArrivalRecorder: Sendable {
    private struct State: Sendable {
        var generation = 0
        var arrivals: [Arrival] = []
    }

    private let state = Mutex(State())

    public init() {}

    /// Forgets what came so far; later parts of it are not recorded either.
    public func begin() {
        state.withLock { state in
            state.generation += 1
            state.arrivals = []
        }
    }

    /// The scenario that runs now.
    public var generation: Int { state.withLock { $0.generation } }

    /// What came since ``begin()``, in order.
    public var arrivals: [Arrival] { state.withLock { $0.arrivals } }

    func note(_ arrival: Arrival, of generation: Int) {
        state.withLock { state in
            if state.generation == generation { state.arrivals.append(arrival) }
        }
    }

    /// Waits until `count` arrivals are there, for at most `limit`.
    public func wait(for count: Int, limit: Duration = .seconds(3)) -> [Arrival] {
        wait(limit: limit) { $0.count >= count }
    }

    /// Waits until the arrivals are as `isDone` says, for at most `limit`.
    public func wait(limit: Duration = .seconds(3), until isDone: ([Arrival]) -> Bool) -> [Arrival] {
        let end = ContinuousClock.now + limit
        while true {
            let all = arrivals
            if isDone(all) || ContinuousClock.now >= end { return all }
            usleep(1000)
        }
    }
}
