internal import TrafficModel

/// Passive health of a cluster's endpoints, as Envoy's outlier detection: who
/// fails too often is left out for a while. No clock and no chance in it but
/// what it is given.
struct OutlierDetector {
    /// How one request or connection went.
    enum Outcome: Equatable {
        /// A response with that status.
        case status(UInt16)
        /// A connection for a request was made.
        case connected
        /// A connection was made, and that is all there is to know (TCP).
        case connectedForGood
        /// No connection, or it broke before the response.
        case failed
        /// No connection or response in time.
        case timedOut
    }

    /// Successes and all of one interval.
    private struct Window {
        var successes: UInt64 = 0
        var total: UInt64 = 0
    }

    private struct Host {
        var isUsed = true
        var consecutive5xx: UInt32 = 0
        var consecutiveGateway: UInt32 = 0
        var consecutiveLocal: UInt32 = 0
        var external = Window()
        var local = Window()
        var isEjected = false
        var ejectedAt: UInt64 = 0
        var jitter: UInt64 = 0
        /// Ejections that are not forgotten yet: each makes the next longer.
        var backoff: UInt64 = 0
    }

    let plan: OutlierPlan
    private var hosts: [Host] = []
    private var free: [Int] = []
    private(set) var used = 0
    private(set) var ejected = 0
    /// Milliseconds on the clock when `sweep` is due.
    private(set) var nextSweep: UInt64
    private var chance: UInt64

    init(_ plan: OutlierPlan, at now: UInt64, seed: UInt64 = 1) {
        self.plan = plan
        nextSweep = now &+ UInt64(max(1, plan.intervalMilliseconds))
        chance = seed | 1
    }

    // MARK: - Members

    /// A new endpoint; its number.
    mutating func add() -> Int {
        used += 1
        if let place = free.popLast() {
            hosts[place] = Host()
            return place
        }
        hosts.append(Host())
        return hosts.count - 1
    }

    mutating func remove(_ host: Int) {
        guard hosts[host].isUsed else { return }
        if hosts[host].isEjected { ejected -= 1 }
        hosts[host] = Host()
        hosts[host].isUsed = false
        used -= 1
        free.append(host)
    }

    func isEjected(_ host: Int) -> Bool { hosts[host].isEjected }

    // MARK: - Events

    /// Takes an outcome in; true when an endpoint was ejected by it.
    mutating func record(_ host: Int, _ outcome: Outcome, at now: UInt64) -> Bool {
        switch outcome {
        case .status(let status): return response(host, status, at: now)
        case .connected:
            if plan.splitsLocalErrors { localSuccess(host) }
            return false
        case .connectedForGood:
            if plan.splitsLocalErrors {
                localSuccess(host)
                return false
            }
            return response(host, 200, at: now)
        case .failed: return plan.splitsLocalErrors ? localFailure(host, at: now) : response(host, 503, at: now)
        case .timedOut: return plan.splitsLocalErrors ? localFailure(host, at: now) : response(host, 504, at: now)
        }
    }

    private mutating func response(_ host: Int, _ status: UInt16, at now: UInt64) -> Bool {
        hosts[host].external.total += 1
        guard status >= 500 else {
            hosts[host].external.successes += 1
            hosts[host].consecutive5xx = 0
            hosts[host].consecutiveGateway = 0
            return false
        }
        var changed = false
        if status >= 502, status <= 504 {
            hosts[host].consecutiveGateway += 1
            if hosts[host].consecutiveGateway == plan.consecutiveGatewayErrors {
                hosts[host].consecutiveGateway = 0
                changed = eject(host, plan.enforcingGatewayErrorsPercent, at: now)
            }
        } else {
            hosts[host].consecutiveGateway = 0
        }
        hosts[host].consecutive5xx += 1
        if hosts[host].consecutive5xx == plan.consecutive5xx {
            hosts[host].consecutive5xx = 0
            changed = eject(host, plan.enforcing5xxPercent, at: now) || changed
        }
        return changed
    }

    private mutating func localSuccess(_ host: Int) {
        hosts[host].local.total += 1
        hosts[host].local.successes += 1
        hosts[host].consecutiveLocal = 0
    }

    private mutating func localFailure(_ host: Int, at now: UInt64) -> Bool {
        hosts[host].local.total += 1
        hosts[host].consecutiveLocal += 1
        guard hosts[host].consecutiveLocal == plan.consecutiveLocalErrors else { return false }
        hosts[host].consecutiveLocal = 0
        return eject(host, plan.enforcingLocalErrorsPercent, at: now)
    }

    private mutating func eject(_ host: Int, _ percent: UInt32, at now: UInt64) -> Bool {
        guard !hosts[host].isEjected, happens(percent) else { return false }
        let share = 100 * Double(ejected + 1) / Double(max(1, used))
        guard share <= Double(plan.maximumEjectionPercent) || (plan.alwaysEjectsOne && ejected == 0) else {
            return false
        }
        ejected += 1
        hosts[host].isEjected = true
        hosts[host].ejectedAt = now
        hosts[host].jitter = plan.jitterMilliseconds > 0 ? random() % UInt64(plan.jitterMilliseconds) : 0
        let base = UInt64(max(1, plan.baseEjectionMilliseconds))
        // More would not make it longer.
        if hosts[host].backoff * base < UInt64(max(0, plan.maximumEjectionMilliseconds)) { hosts[host].backoff += 1 }
        return true
    }

    private mutating func uneject(_ host: Int) {
        ejected -= 1
        hosts[host].isEjected = false
        hosts[host].consecutive5xx = 0
        hosts[host].consecutiveGateway = 0
        hosts[host].consecutiveLocal = 0
    }

    /// An active check succeeded: an ejection ends with it, unless the plan
    /// says otherwise. True when one did.
    mutating func checked(_ host: Int) -> Bool {
        guard plan.endsWithActiveCheck, hosts[host].isEjected else { return false }
        uneject(host)
        return true
    }

    // MARK: - Sweeps

    /// The end of one or more intervals; true when an endpoint came or went.
    mutating func sweep(at now: UInt64) -> Bool {
        var changed = false
        let interval = UInt64(max(1, plan.intervalMilliseconds))
        // Nobody asked for a long time: the last thousand intervals say it all.
        if now > nextSweep, (now - nextSweep) / interval > 1000 { nextSweep = now - interval * 1000 }
        while nextSweep <= now {
            changed = sweepOnce(at: nextSweep) || changed
            nextSweep += interval
        }
        return changed
    }

    private mutating func sweepOnce(at now: UInt64) -> Bool {
        var changed = false
        for host in hosts.indices where hosts[host].isUsed {
            guard hosts[host].isEjected else {
                if hosts[host].backoff > 0 { hosts[host].backoff -= 1 }
                continue
            }
            let base = UInt64(max(1, plan.baseEjectionMilliseconds))
            let longest = UInt64(max(plan.baseEjectionMilliseconds, plan.maximumEjectionMilliseconds))
            let time = min(base * hosts[host].backoff, longest) + hosts[host].jitter
            if now >= hosts[host].ejectedAt, time <= now - hosts[host].ejectedAt {
                uneject(host)
                changed = true
            }
        }
        let external = hosts.map(\.external)
        changed = judge(external, plan.enforcingSuccessRatePercent, plan.enforcingFailurePercent, at: now) || changed
        if plan.splitsLocalErrors {
            let local = hosts.map(\.local)
            changed =
                judge(local, plan.enforcingLocalSuccessRatePercent, plan.enforcingLocalFailurePercent, at: now)
                || changed
        }
        for host in hosts.indices {
            hosts[host].external = Window()
            hosts[host].local = Window()
        }
        return changed
    }

    /// Success rates of one interval: against the mean of all, and against a
    /// fixed share of failures.
    private mutating func judge(
        _ windows: [Window], _ enforcingRate: UInt32, _ enforcingFailures: UInt32, at now: UInt64
    ) -> Bool {
        var changed = false
        func rate(_ window: Window) -> Double { 100 * Double(window.successes) / Double(window.total) }
        let busy = hosts.indices.filter {
            hosts[$0].isUsed && !hosts[$0].isEjected && windows[$0].total >= UInt64(max(1, plan.successRateVolume))
        }
        if !busy.isEmpty, busy.count >= Int(plan.successRateHosts) {
            let rates = busy.map { rate(windows[$0]) }
            let mean = rates.reduce(0, +) / Double(rates.count)
            let variance = rates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rates.count)
            let least = mean - variance.squareRoot() * Double(plan.successRateFactor) / 1000
            for (place, host) in busy.enumerated() where rates[place] < least {
                changed = eject(host, enforcingRate, at: now) || changed
            }
        }
        let counted = hosts.indices.filter {
            hosts[$0].isUsed && !hosts[$0].isEjected && windows[$0].total >= UInt64(max(1, plan.failureVolume))
        }
        if !counted.isEmpty, counted.count >= Int(plan.failureHosts) {
            for host in counted where 100 - rate(windows[host]) >= Double(plan.failureThreshold) {
                changed = eject(host, enforcingFailures, at: now) || changed
            }
        }
        return changed
    }

    // MARK: - Chance

    private mutating func happens(_ percent: UInt32) -> Bool {
        if percent >= 100 { return true }
        return percent > 0 && random() % 100 < UInt64(percent)
    }

    private mutating func random() -> UInt64 {
        chance ^= chance << 13
        chance ^= chance >> 7
        chance ^= chance << 17
        return chance >> 11
    }
}
