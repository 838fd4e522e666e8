/// How long to wait before the next attempt: each failure doubles the longest
/// wait, and the wait itself is any part of it, so that proxies that lost the
/// same control plane don't come back at the same moment. Envoy's way, with
/// its figures.
public struct Backoff: Sendable {
    /// The longest first wait. Default 500 ms, as Envoy's.
    public var base: Duration = .milliseconds(500)
    /// The longest wait of all. Default 30 s, as Envoy's.
    public var most: Duration = .seconds(30)
    private var failures = 0

    /// No failure yet.
    public init() {}

    /// An attempt failed: the time to wait before the next one.
    ///
    /// - Parameter random: Any number, evenly distributed.
    public mutating func next(random: UInt64) -> Duration {
        let limit = min(most, base * (1 << min(failures, 16)))
        failures += 1
        return limit * (Double(random >> 11) / Double(UInt64(1) << 53))
    }

    /// An attempt succeeded.
    public mutating func reset() { failures = 0 }
}
