/// Endpoints to choose from with one policy, and whose turn it is.
struct HostList {
    /// Indexes in the cluster's endpoints.
    let members: [Int32]
    private let weighted: Bool
    private var cursor: UInt32
    private var schedule: DeadlineSchedule
    private var isScheduled = false
    private var ring: HashRing?
    private var table: MaglevTable?

    init(_ members: [Int32], _ hosts: [BalanceHost], cursor: UInt32) {
        self.members = members
        self.cursor = cursor
        let first = members.first.map { hosts[Int($0)].weight }
        weighted = members.contains { hosts[Int($0)].weight != first }
        schedule = DeadlineSchedule(weights: [])
    }

    var isEmpty: Bool { members.isEmpty }

    /// Chooses one; nil when there is none. `load` says how many requests an
    /// endpoint has now.
    mutating func next(
        _ policy: BalancePolicy, _ hosts: [BalanceHost], now: UInt64, isStarting: Bool, random: inout RandomSource,
        load: (Int) -> UInt32
    ) -> Int? {
        let count = members.count
        if count <= 1 { return members.first.map { Int($0) } }
        switch policy.kind {
        case .random, .ring, .maglev: return Int(members[Int(random.below(UInt32(count)))])
        case .roundRobin:
            if weighted || isStarting {
                return scheduled(hosts) { Self.weight(hosts[$0], policy, now) }
            }
            cursor &+= 1
            return Int(members[Int(cursor) % count])
        case .leastRequest(let choices, let scansAll):
            if weighted || isStarting {
                return scheduled(hosts) { host in
                    let active = Double(load(host)) + 1
                    let share = policy.requestBias == 1 ? active : Double.power(active, policy.requestBias)
                    return Self.weight(hosts[host], policy, now) / share
                }
            }
            if scansAll { return leastOfAll(&random, load) }
            var best = Int(members[Int(random.below(UInt32(count)))])
            var least = load(best)
            for _ in 1..<max(2, choices) {
                let other = Int(members[Int(random.below(UInt32(count)))])
                let active = load(other)
                if active < least { (best, least) = (other, active) }
            }
            return best
        }
    }

    /// Among equals each is as likely as the others.
    private func leastOfAll(_ random: inout RandomSource, _ load: (Int) -> UInt32) -> Int {
        var best = Int(members[0])
        var least = load(best)
        var equals: UInt32 = 1
        for member in members.dropFirst() {
            let active = load(Int(member))
            if active > least { continue }
            equals = active < least ? 1 : equals + 1
            if active < least || random.below(equals) == 0 { best = Int(member) }
            least = active
        }
        return best
    }

    private static func weight(_ host: BalanceHost, _ policy: BalancePolicy, _ now: UInt64) -> Double {
        let weight = Double(host.weight)
        guard let slowStart = policy.slowStart else { return weight }
        return weight * slowStart.factor(age: now &- min(now, host.joined))
    }

    private mutating func scheduled(_ hosts: [BalanceHost], _ weight: (Int) -> Double) -> Int? {
        let members = members
        if !isScheduled {
            isScheduled = true
            schedule = DeadlineSchedule(weights: members.map { weight(Int($0)) })
            // Workers must not all begin with the same endpoint.
            for _ in 0..<(Int(cursor) % members.count) { _ = schedule.next { weight(Int(members[$0])) } }
        }
        return schedule.next { weight(Int(members[$0])) }.map { Int(members[$0]) }
    }

    /// The endpoint that a hash belongs to; the table is built at its first
    /// use.
    mutating func find(_ hash: UInt64, _ policy: BalancePolicy, _ shares: () -> [HashMember]) -> Int? {
        if members.count <= 1 { return members.first.map { Int($0) } }
        switch policy.kind {
        case .ring(let minimum, let maximum):
            if ring == nil { ring = HashRing(shares(), minimum: minimum, maximum: maximum) }
            return ring?.find(hash).map { Int($0) }
        case .maglev(let size):
            if table == nil { table = MaglevTable(shares(), size: size) }
            return table?.find(hash).map { Int($0) }
        case .roundRobin, .leastRequest, .random: return nil
        }
    }
}
