/// Chooses one endpoint of a cluster: its priority, its locality, and then by
/// policy. Made anew when endpoints or their health change; a choice
/// allocates nothing.
struct Balancer {
    private struct Level {
        var all: HostList
        var healthy: HostList
        var degraded: HostList
        /// By locality, where localities have weights.
        var localities: [HostList] = []
        var schedule = DeadlineSchedule(weights: [])
        var localityWeights: [Double] = []
        var degradedLocalities: [HostList] = []
        var degradedSchedule = DeadlineSchedule(weights: [])
        var degradedWeights: [Double] = []
    }

    let policy: BalancePolicy
    let hosts: [BalanceHost]
    private(set) var loads: PriorityLoads
    private var levels: [Level] = []
    /// When the last endpoint has left its slow start.
    private var startsUntil: UInt64 = 0

    init() { self.init([], BalancePolicy(), seed: 0) }

    init(_ hosts: [BalanceHost], _ policy: BalancePolicy, seed: UInt32) {
        self.hosts = hosts
        self.policy = policy
        let top = hosts.map(\.priority).max().map { Int(min($0, 127)) + 1 } ?? 0
        var counts: [PriorityLoads.Count] = []
        for priority in 0..<top {
            let own = hosts.indices.filter { Int(min(hosts[$0].priority, 127)) == priority }.map { Int32($0) }
            func list(_ health: BalanceHost.Health) -> [Int32] { own.filter { hosts[Int($0)].health == health } }
            var level = Level(
                all: HostList(own, hosts, cursor: seed), healthy: HostList(list(.healthy), hosts, cursor: seed),
                degraded: HostList(list(.degraded), hosts, cursor: seed))
            if policy.weighsLocalities {
                (level.localities, level.localityWeights) = Self.localities(own, hosts, .healthy, seed)
                level.schedule = DeadlineSchedule(weights: level.localityWeights)
                (level.degradedLocalities, level.degradedWeights) = Self.localities(own, hosts, .degraded, seed)
                level.degradedSchedule = DeadlineSchedule(weights: level.degradedWeights)
            }
            counts.append(
                PriorityLoads.Count(
                    healthy: level.healthy.members.count, degraded: level.degraded.members.count, all: own.count))
            levels.append(level)
        }
        loads = PriorityLoads(counts, panicPercent: policy.panicPercent)
        if let slowStart = policy.slowStart, let last = hosts.map(\.joined).max() {
            startsUntil = last &+ slowStart.window
        }
    }

    /// The endpoints of each locality with that health, and the weight that
    /// is left of the locality's.
    private static func localities(
        _ own: [Int32], _ hosts: [BalanceHost], _ health: BalanceHost.Health, _ seed: UInt32
    ) -> ([HostList], [Double]) {
        var lists: [HostList] = []
        var weights: [Double] = []
        var seen: [Int32] = []
        for host in own where !seen.contains(hosts[Int(host)].locality) {
            let locality = hosts[Int(host)].locality
            seen.append(locality)
            let all = own.filter { hosts[Int($0)].locality == locality }
            let usable = all.filter { hosts[Int($0)].health == health }
            let available = Double(usable.count) / Double(all.count) * Double(PriorityLoads.overprovisioning) / 100
            lists.append(HostList(usable, hosts, cursor: seed))
            weights.append(Double(hosts[Int(host)].localityWeight) * min(1, available))
        }
        return (lists, weights)
    }

    /// The one endpoint there is, when it is healthy: then there is nothing to
    /// choose.
    var only: Int? { hosts.count == 1 && hosts[0].health == .healthy ? 0 : nil }

    /// Whether all of a priority is used because too little of it is healthy.
    var isInPanic: Bool { loads.panic.contains(true) }

    /// The index of the endpoint for one request; nil when none may be used.
    ///
    /// - Parameters:
    ///   - hash: Of the request, where a policy of the route made one.
    ///   - load: Requests that an endpoint has now.
    ///   - key: What an endpoint is called in a ring or table.
    mutating func pick(
        hash: UInt64?, now: UInt64, random: inout RandomSource, load: (Int) -> UInt32, key: (Int) -> String
    ) -> Int? {
        guard !levels.isEmpty else { return nil }
        let number = hash ?? random.next()
        guard let (priority, share) = loads.choose(number) else { return nil }
        if share == .all, policy.failsInPanic { return nil }
        switch policy.kind {
        case .ring, .maglev:
            let (hosts, policy) = (hosts, policy)
            if share == .all {
                let members = levels[priority].all.members
                return levels[priority].all.find(number, policy) { Self.shares(members, hosts, policy, key) }
            }
            if share == .degraded { return nil }
            let members = levels[priority].healthy.members
            return levels[priority].healthy.find(number, policy) { Self.shares(members, hosts, policy, key) }
        case .roundRobin, .leastRequest, .random: break
        }
        let isStarting = now < startsUntil
        let policy = policy
        switch share {
        case .all:
            return levels[priority].all.next(
                policy, hosts, now: now, isStarting: isStarting, random: &random, load: load)
        case .healthy:
            if !levels[priority].schedule.isEmpty {
                let weights = levels[priority].localityWeights
                if let locality = levels[priority].schedule.next({ weights[$0] }) {
                    return levels[priority].localities[locality].next(
                        policy, hosts, now: now, isStarting: isStarting, random: &random, load: load)
                }
            }
            return levels[priority].healthy.next(
                policy, hosts, now: now, isStarting: isStarting, random: &random, load: load)
        case .degraded:
            if !levels[priority].degradedSchedule.isEmpty {
                let weights = levels[priority].degradedWeights
                if let locality = levels[priority].degradedSchedule.next({ weights[$0] }) {
                    return levels[priority].degradedLocalities[locality].next(
                        policy, hosts, now: now, isStarting: isStarting, random: &random, load: load)
                }
            }
            return levels[priority].degraded.next(
                policy, hosts, now: now, isStarting: isStarting, random: &random, load: load)
        }
    }

    /// Shares of a ring or table: by weight, within localities by theirs.
    private static func shares(
        _ members: [Int32], _ hosts: [BalanceHost], _ policy: BalancePolicy, _ key: (Int) -> String
    ) -> [HashMember] {
        func total(_ locality: Int32) -> Double {
            members.reduce(0) { $0 + (hosts[Int($1)].locality == locality ? Double(hosts[Int($1)].weight) : 0) }
        }
        let byLocality = policy.weighsLocalities && members.contains { hosts[Int($0)].localityWeight > 0 }
        var totals: [Int32: Double] = [:]
        if byLocality {
            for member in members where totals[hosts[Int(member)].locality] == nil {
                totals[hosts[Int(member)].locality] = total(hosts[Int(member)].locality)
            }
        }
        return HashMember.members(
            members.map { member in
                let host = hosts[Int(member)]
                var weight = Double(host.weight)
                if byLocality, let all = totals[host.locality], all > 0 {
                    weight = Double(host.localityWeight) * weight / all
                }
                return (key(Int(member)), weight, member)
            })
    }
}
