/// A door that tasks wait at until a test opens it; once open, it stays open.
///
/// Give one to an origin to hold an answer back for exactly as long as the
/// test needs, without a sleep.
public final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var arrivals = 0
    }

    private let state = ObservedState(State())

    /// Creates a closed gate.
    public init() {}

    /// Whether the gate has been opened.
    public var isOpen: Bool { state.value.isOpen }

    /// Opens the gate for everyone, now and later.
    public func open() {
        state.update { $0.isOpen = true }
    }

    /// Waits until the gate is open.
    ///
    /// - Parameter timeout: The watchdog's limit; nil waits for ever.
    public func wait(timeout: Duration? = nil) async throws {
        state.update { $0.arrivals += 1 }
        try await state.wait(for: "opening of the gate", timeout: timeout) {
            $0.isOpen
        }
    }

    /// Waits until this many tasks have arrived at the gate, so that a test
    /// knows they are held before it goes on.
    public func waitForArrivals(
        _ count: Int = 1, timeout: Duration? = .seconds(20)
    ) async throws {
        try await state.wait(
            for: "arrival of \(count) at the gate", timeout: timeout
        ) { $0.arrivals >= count }
    }
}
