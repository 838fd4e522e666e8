internal import TrafficModel

/// When the name of a cluster is asked for again.
struct NameSchedule: Equatable {
    /// Milliseconds after an answer.
    var refresh: UInt64
    /// The answer's own time to live counts instead.
    var respectsTimeToLive = false
    /// Random part of the wait.
    var jitter: UInt64 = 0
    /// After a failure; grows by two with each further one.
    var failure: UInt64
    /// What it grows to.
    var longestFailure: UInt64

    init(refresh: UInt64, failure: UInt64? = nil, longestFailure: UInt64? = nil) {
        self.refresh = max(1, refresh)
        self.failure = max(1, failure ?? self.refresh)
        self.longestFailure = max(self.failure, longestFailure ?? self.failure * 10)
    }

    init(_ plan: ClusterPlan) {
        let refresh = UInt64(max(1, plan.refreshMilliseconds))
        if let failure = plan.failureRefreshMilliseconds {
            self.init(
                refresh: refresh, failure: UInt64(max(1, failure)),
                longestFailure: plan.maximumFailureRefreshMilliseconds.map { UInt64(max(1, $0)) })
        } else {
            // Envoy waits as after an answer. A second, and more with each
            // failure, finds a name that came back sooner.
            self.init(refresh: refresh, failure: min(refresh, 1000), longestFailure: refresh)
        }
        respectsTimeToLive = plan.respectsTTL
        jitter = UInt64(max(0, plan.refreshJitterMilliseconds))
    }

    /// Milliseconds to wait.
    ///
    /// - Parameters:
    ///   - timeToLive: Seconds, of an answer; nil after a failure.
    ///   - failures: How many there were in a row.
    func wait(timeToLive: UInt32?, failures: Int, random: UInt64) -> UInt64 {
        var wait = refresh
        if let timeToLive {
            if respectsTimeToLive, timeToLive > 0 { wait = UInt64(timeToLive) * 1000 }
        } else {
            wait = min(longestFailure, failure << UInt64(min(max(0, failures - 1), 16)))
        }
        return jitter > 0 ? wait + random % jitter : wait
    }
}
