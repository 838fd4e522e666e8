/// The time limits of one request, in milliseconds on the loop's clock; 0 stands for "none".
///
/// Pure: the worker tells the time and arms one timer for the earliest.
struct RequestLimits: BitwiseCopyable {
    /// What came about.
    enum Event: UInt8, BitwiseCopyable {
        case nothing
        /// The held request may go on: a fault's delay or a back-off is over.
        case wake
        /// `request_timeout`: the request did not arrive.
        case arrival
        /// The route's `timeout`.
        case request
        /// `per_try_timeout`.
        case attempt
        /// `per_try_idle_timeout`.
        case attemptIdle
        /// `stream_idle_timeout`, or the route's `idle_timeout`.
        case idle
        /// `max_stream_duration`.
        case stream
    }

    /// When the request must have arrived.
    var arrival: UInt64 = 0
    /// When the whole answer must have begun.
    var request: UInt64 = 0
    /// When this attempt must have been answered.
    var attempt: UInt64 = 0
    /// When the stream must be over.
    var stream: UInt64 = 0
    /// When a held request goes on.
    var wake: UInt64 = 0
    /// Longest time without a byte.
    var idle: UInt64 = 0
    /// Longest time without a byte in this attempt; counts while `attemptIdleRuns`.
    var attemptIdle: UInt64 = 0
    var attemptIdleRuns = false

    /// The earliest moment at which something may be due; 0 for never.
    func next(lastActivity: UInt64) -> UInt64 {
        // 0 becomes the largest number, so that it never is the least.
        var due = min(arrival &- 1, request &- 1, attempt &- 1)
        due = min(due, stream &- 1, wake &- 1)
        if due != .max { due &+= 1 }
        if idle > 0 { due = min(due, lastActivity &+ idle) }
        if attemptIdleRuns, attemptIdle > 0 { due = min(due, lastActivity &+ attemptIdle) }
        return due == .max ? 0 : due
    }

    /// What is due at `moment`. Limits of the whole come before those of an attempt. A wake-up and an attempt's limit
    /// happen once.
    mutating func expire(at moment: UInt64, lastActivity: UInt64) -> Event {
        if stream > 0, moment >= stream { return .stream }
        if arrival > 0, moment >= arrival { return .arrival }
        if request > 0, moment >= request { return .request }
        if idle > 0, moment >= lastActivity &+ idle { return .idle }
        if attempt > 0, moment >= attempt {
            attempt = 0
            return .attempt
        }
        if attemptIdleRuns, attemptIdle > 0, moment >= lastActivity &+ attemptIdle {
            attemptIdleRuns = false
            return .attemptIdle
        }
        if wake > 0, moment >= wake {
            wake = 0
            return .wake
        }
        return .nothing
    }

    /// The attempt is over: its limits no longer count.
    mutating func endAttempt() {
        attempt = 0
        attemptIdleRuns = false
    }
}
