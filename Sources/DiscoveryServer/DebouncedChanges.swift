internal import Synchronization

/// Turns many announcements of change into few calls.
public final class DebouncedChanges<C: Clock>: Sendable where C.Duration == Duration {
    private let clock: C
    private let debounce: Mutex<Debounce<C.Instant>>
    private let wakes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - clock: Whose time counts.
    ///   - quiet: How long nothing must change before what changed goes out.
    ///   - longest: How long a change waits at most.
    public init(
        clock: C, quiet: Duration = .milliseconds(10), longest: Duration = .seconds(10)
    ) {
        self.clock = clock
        debounce = Mutex(Debounce(quiet: quiet, longest: longest))
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Something changed. Cheap, from any thread.
    public func announce() {
        let now = clock.now
        debounce.withLock { $0.change(at: now) }
        wake.yield()
    }

    /// Calls `push` after each group of changes, until the task is cancelled.
    /// What is announced during a call leads to another one.
    public func run(_ push: @Sendable () async -> Void) async {
        for await _ in wakes {
            while let deadline = debounce.withLock({ $0.deadline }) {
                do {
                    try await clock.sleep(until: deadline, tolerance: nil)
                } catch {
                    return
                }
                let now = clock.now
                if debounce.withLock({ $0.take(at: now) }) { await push() }
            }
        }
    }
}
