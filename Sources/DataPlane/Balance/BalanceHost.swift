/// One endpoint as load balancing sees it.
struct BalanceHost: BitwiseCopyable, Equatable {
    enum Health: UInt8, BitwiseCopyable {
        case healthy
        /// Used when the healthy ones can't carry everything.
        case degraded
        case unhealthy
    }

    /// 0 is used first.
    var priority: UInt32 = 0
    var weight: UInt32 = 1
    var health = Health.healthy
    /// Endpoints of one locality have the same number.
    var locality: Int32 = 0
    /// 0 for none.
    var localityWeight: UInt32 = 0
    /// Milliseconds on the clock when it joined, for slow start.
    var joined: UInt64 = 0
}

/// How one endpoint is chosen, as a cluster asks for it.
struct BalancePolicy: Equatable {
    enum Kind: Equatable {
        case roundRobin
        /// The least loaded of `choices`, or of all.
        case leastRequest(choices: UInt32, scansAll: Bool)
        case random
        case ring(minimum: UInt64, maximum: UInt64)
        case maglev(size: UInt64)
    }

    var kind = Kind.roundRobin
    /// Below this share of usable endpoints all of a priority are used.
    var panicPercent: Double = 50
    /// In panic nothing is sent at all.
    var failsInPanic = false
    /// Localities have weights.
    var weighsLocalities = false
    /// How much active requests count against an endpoint's weight.
    var requestBias: Double = 1
    var slowStart: SlowStart?

    /// New endpoints get their share little by little.
    struct SlowStart: Equatable {
        var window: UInt64
        var aggression: Double
        /// 0...1.
        var least: Double

        /// The part of its weight that an endpoint has `age` milliseconds
        /// after it joined; 1 behind the window.
        func factor(age: UInt64) -> Double {
            guard age < window else { return 1 }
            let time = Double(max(1, age)) / Double(window)
            let grown = aggression == 1 || aggression <= 0 ? time : Double.power(time, 1 / aggression)
            return max(grown, least)
        }
    }
}
