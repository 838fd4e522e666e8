internal import TrafficModel

/// What active checks know of one endpoint, by Envoy's rules. No clock and no
/// chance in it but what it is given.
struct HealthCheckState: Equatable {
    /// How one check went.
    enum Outcome: Equatable {
        case passed
        /// No connection, no answer in time, or one that may be tried again.
        case failed
        /// An answer that says "unhealthy": no threshold counts.
        case refused
    }

    /// Until the first check an endpoint doesn't count as healthy.
    private(set) var isHealthy = false
    private var isFirst = true
    private var successes: UInt32 = 0
    private var failures: UInt32 = 0
    private var lastPassed = false
    /// The last check changed the verdict.
    private var isEdge = false

    /// Takes an outcome in; true when the verdict changed.
    mutating func record(_ outcome: Outcome, _ plan: HealthCheckPlan) -> Bool {
        let was = isHealthy
        lastPassed = outcome == .passed
        if lastPassed {
            failures = 0
            successes += 1
            // The first check decides alone.
            if isFirst || successes >= plan.healthyThreshold { isHealthy = true }
        } else {
            successes = 0
            failures += 1
            if outcome == .refused || failures >= plan.unhealthyThreshold { isHealthy = false }
        }
        isEdge = was != isHealthy
        isFirst = false
        return isEdge
    }

    /// Milliseconds until the next check.
    ///
    /// - Parameter hasTraffic: Whether the cluster ever had a connection.
    func wait(_ plan: HealthCheckPlan, hasTraffic: Bool, random: UInt64) -> UInt64 {
        let usual = plan.intervalMilliseconds
        let unhealthy = plan.unhealthyIntervalMilliseconds ?? usual
        var base: Int64
        if !hasTraffic {
            base = plan.idleIntervalMilliseconds
            if lastPassed { base = plan.idleHealthyIntervalMilliseconds ?? base }
        } else if isEdge {
            base = lastPassed ? plan.healthyEdgeIntervalMilliseconds ?? usual : plan.unhealthyEdgeIntervalMilliseconds ?? unhealthy
        } else {
            base = lastPassed ? usual : unhealthy
        }
        let least = UInt64(max(1, base))
        let share = least * UInt64(plan.intervalJitterPercent) / 100
        let jitter = UInt64(max(0, plan.intervalJitterMilliseconds)) + share
        return jitter > 0 ? least + random % jitter : least
    }
}
