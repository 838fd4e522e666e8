/// Records events in order and lets a test wait for them: the recorder that
/// stands in for a mock.
///
/// `record` may be called from any thread. Waits end by the event itself; a
/// time limit is only the watchdog of a test that would otherwise hang.
public final class EventRecorder<Event: Sendable>: Sendable {
    private let state = ObservedState<[Event]>([])

    /// Creates an empty recorder.
    public init() {}

    /// Every event so far, oldest first.
    public var events: [Event] { state.value }

    /// The number of events so far.
    public var count: Int { state.value.count }

    /// Adds one event.
    public func record(_ event: Event) {
        state.update { $0.append(event) }
    }

    /// Forgets the events so far.
    public func removeAll() {
        state.update { $0.removeAll() }
    }

    /// Waits until at least this many events have been recorded, and returns
    /// all of them.
    @discardableResult
    public func wait(
        forCount count: Int, timeout: Duration? = .seconds(20)
    ) async throws -> [Event] {
        try await state.wait(for: "\(count) events", timeout: timeout) {
            $0.count >= count
        }
    }

    /// Waits until an event satisfies the condition, and returns the first
    /// that does.
    @discardableResult
    public func wait(
        timeout: Duration? = .seconds(20),
        for condition: @escaping @Sendable (Event) -> Bool
    ) async throws -> Event {
        let events = try await state.wait(
            for: "matching event", timeout: timeout
        ) { $0.contains(where: condition) }
        guard let event = events.first(where: condition) else {
            throw TestKitError(.timeout, "no matching event")
        }
        return event
    }
}
