/// Joins changes that follow each other closely into one, so that loading a
/// hundred files pushes once. Knows no clock: it is told what time it is.
public struct Debounce<Instant: InstantProtocol>: Sendable {
    /// How long nothing must change before what changed goes out.
    public let quiet: Instant.Duration
    /// How long a change waits at most, while others keep coming.
    public let longest: Instant.Duration

    private var first: Instant?
    private var last: Instant?

    /// Nothing has changed.
    public init(quiet: Instant.Duration, longest: Instant.Duration) {
        self.quiet = quiet
        self.longest = longest
    }

    /// Something changed.
    public mutating func change(at now: Instant) {
        if first == nil { first = now }
        last = now
    }

    /// When to call `take` next, or nil while nothing waits.
    public var deadline: Instant? {
        guard let first, let last else { return nil }
        return min(last.advanced(by: quiet), first.advanced(by: longest))
    }

    /// Whether what changed is due. If so, it counts as done.
    public mutating func take(at now: Instant) -> Bool {
        guard let deadline, now >= deadline else { return false }
        first = nil
        last = nil
        return true
    }
}

extension Debounce where Instant.Duration == Duration {
    /// 10 ms of quiet and 10 s at most. (Istio waits for 100 ms of quiet.)
    public init() {
        self.init(quiet: .milliseconds(10), longest: .seconds(10))
    }
}
