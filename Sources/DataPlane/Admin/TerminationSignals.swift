internal import CPetrelSystem

/// Waiting for SIGINT and SIGTERM like for anything else.
public struct TerminationSignals: Sendable {
    private let descriptor: Int32

    /// Blocks both signals for the calling thread and the ones it starts
    /// from now on; call it first in `main`. Nil when the system refuses.
    public init?() {
        descriptor = petrel_signal_descriptor()
        if descriptor < 0 { return nil }
    }

    /// Returns when a signal has arrived: its number.
    public func wait() -> Int32 {
        petrel_signal_read(descriptor)
    }
}
