/// A clock that moves only when a test moves it.
///
/// Anything generic over `Clock` runs on it in no time: timers fire in the
/// order of their deadlines when ``advance(by:)`` passes them.
public final class VirtualClock: Clock {
    /// A point in virtual time: its distance from the clock's beginning.
    public struct Instant: InstantProtocol, CustomStringConvertible {
        /// The distance from the clock's beginning.
        public let offset: Duration

        /// Creates the instant at this distance from the beginning.
        public init(offset: Duration = .zero) { self.offset = offset }

        /// The instant this much later.
        public func advanced(by duration: Duration) -> Instant {
            Instant(offset: offset + duration)
        }

        /// The time from this instant to the other.
        public func duration(to other: Instant) -> Duration {
            other.offset - offset
        }

        /// Orders instants by time.
        public static func < (left: Instant, right: Instant) -> Bool {
            left.offset < right.offset
        }

        /// `+` and the distance from the beginning.
        public var description: String { "+\(offset)" }
    }

    private struct State {
        var now = Instant()
        var sleepers: [Int: Instant] = [:]
        var nextIdentifier = 0
    }

    private let state: ObservedState<State>

    /// Creates a clock that stands at its beginning.
    public init() { state = ObservedState(State()) }

    /// Virtual time now.
    public var now: Instant { state.value.now }

    /// Virtual time has no smallest step.
    public var minimumResolution: Duration { .zero }

    /// The number of tasks asleep on this clock.
    public var sleeperCount: Int { state.value.sleepers.count }

    /// Waits until virtual time reaches the deadline.
    public func sleep(
        until deadline: Instant, tolerance: Duration? = nil
    ) async throws {
        try Task.checkCancellation()
        let identifier = state.update { state -> Int in
            state.nextIdentifier += 1
            state.sleepers[state.nextIdentifier] = deadline
            return state.nextIdentifier
        }
        defer { state.update { $0.sleepers[identifier] = nil } }
        try await state.wait(for: "\(deadline)", timeout: nil) {
            $0.now >= deadline
        }
    }

    /// Moves time forward, stopping at each deadline on the way so that
    /// sleepers wake in order.
    public func advance(by duration: Duration) {
        let target = now.advanced(by: duration)
        let stops = state.value.sleepers.values.filter { $0 < target }
        for stop in stops.sorted() + [target] {
            state.update { $0.now = Swift.max($0.now, stop) }
        }
    }

    /// Waits (in real time) until this many tasks are asleep on the clock,
    /// so that moving it reaches them.
    public func waitForSleepers(
        _ count: Int = 1, timeout: Duration? = .seconds(20)
    ) async throws {
        try await state.wait(for: "\(count) sleepers", timeout: timeout) {
            $0.sleepers.count >= count
        }
    }
}
