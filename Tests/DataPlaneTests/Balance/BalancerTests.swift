import Testing

@testable import DataPlane

@Suite struct BalancerTests {
    private func shares(
        _ hosts: [BalanceHost], _ policy: BalancePolicy, picks: Int = 1000, now: UInt64 = 0, loads: [UInt32]? = nil
    ) -> [Int] {
        var balancer = Balancer(hosts, policy, seed: 3)
        var random = RandomSource()
        var result = [Int](repeating: 0, count: hosts.count)
        for _ in 0..<picks {
            let pick = balancer.pick(
                hash: nil, now: now, random: &random, load: { loads?[$0] ?? 0 }, key: { "10.0.0.\($0):80" })
            if let pick { result[pick] += 1 }
        }
        return result
    }

    @Test func equalWeightsTakeTurns() {
        let hosts = [BalanceHost](repeating: BalanceHost(), count: 4)
        #expect(shares(hosts, BalancePolicy()) == [250, 250, 250, 250])
    }

    @Test func weightsAreKeptExactly() {
        let hosts = [1, 2, 7].map { BalanceHost(weight: $0) }
        #expect(shares(hosts, BalancePolicy()) == [100, 200, 700])
    }

    @Test func leastRequestPrefersTheIdle() {
        let hosts = [BalanceHost](repeating: BalanceHost(), count: 3)
        let two = shares(hosts, BalancePolicy(kind: .leastRequest(choices: 2, scansAll: false)), loads: [9, 0, 9])
        #expect(two[1] > 450)
        let all = shares(hosts, BalancePolicy(kind: .leastRequest(choices: 2, scansAll: true)), loads: [9, 0, 9])
        #expect(all == [0, 1000, 0])
    }

    @Test func leastRequestDividesWeightsByLoad() {
        let hosts = [BalanceHost(weight: 4), BalanceHost(weight: 1)]
        // 4 / (1 + 3) is as much as 1 / (1 + 0).
        let result = shares(hosts, BalancePolicy(kind: .leastRequest(choices: 2, scansAll: false)), loads: [3, 0])
        #expect(abs(result[0] - 500) <= 5)
    }

    @Test func theUnhealthyAreLeftOutUntilTooFewRemain() {
        var hosts = [BalanceHost](repeating: BalanceHost(), count: 4)
        hosts[0].health = .unhealthy
        #expect(shares(hosts, BalancePolicy())[0] == 0)
        hosts[1].health = .unhealthy
        hosts[2].health = .unhealthy
        // A quarter is healthy: panic.
        #expect(shares(hosts, BalancePolicy()) == [250, 250, 250, 250])
        #expect(shares(hosts, BalancePolicy(panicPercent: 0)) == [0, 0, 0, 1000])
        #expect(shares(hosts, BalancePolicy(failsInPanic: true)) == [0, 0, 0, 0])
    }

    @Test func aPriorityTakesOverWhatTheOneBeforeCannotCarry() {
        var hosts = [BalanceHost](repeating: BalanceHost(priority: 0), count: 4)
        hosts += [BalanceHost](repeating: BalanceHost(priority: 1), count: 2)
        #expect(shares(hosts, BalancePolicy())[4...].allSatisfy { $0 == 0 })
        hosts[0].health = .unhealthy
        hosts[1].health = .unhealthy
        // Half of four, with a factor of 1.4: 70 %.
        let result = shares(hosts, BalancePolicy(), picks: 20_000)
        #expect(abs(result[2] + result[3] - 14_000) < 600)
        #expect(abs(result[4] + result[5] - 6_000) < 600)
    }

    @Test func localitiesShareByWeightAndHealth() {
        var hosts = [BalanceHost](repeating: BalanceHost(locality: 0, localityWeight: 1), count: 2)
        hosts += [BalanceHost](repeating: BalanceHost(locality: 1, localityWeight: 2), count: 10)
        let policy = BalancePolicy(weighsLocalities: true)
        let all = shares(hosts, policy, picks: 3000)
        #expect(abs(all[0] + all[1] - 1000) <= 3)
        // Half of the second locality is gone: 2 x 0.7 = 1.4 is left of its weight.
        for index in 2..<7 { hosts[index].health = .unhealthy }
        let half = shares(hosts, policy, picks: 2400)
        #expect(abs(half[0] + half[1] - 1000) <= 3)
        #expect(half[2..<7].allSatisfy { $0 == 0 })
    }

    @Test func newEndpointsStartSlowly() {
        var policy = BalancePolicy()
        policy.slowStart = BalancePolicy.SlowStart(window: 60_000, aggression: 1, least: 0.1)
        let hosts = [BalanceHost(joined: 0), BalanceHost(joined: 100_000)]
        // A quarter of the window: a quarter of the weight.
        let early = shares(hosts, policy, picks: 1000, now: 115_000)
        #expect(abs(early[1] - 200) <= 3)
        #expect(shares(hosts, policy, picks: 1000, now: 200_000) == [500, 500])
        #expect(abs(shares(hosts, policy, picks: 1100, now: 100_001)[1] - 100) <= 3)
    }

    @Test(arguments: [BalancePolicy.Kind.ring(minimum: 1024, maximum: 8_388_608), .maglev(size: 65537)])
    func theSameHashMeetsTheSameEndpoint(_ kind: BalancePolicy.Kind) {
        let hosts = [BalanceHost](repeating: BalanceHost(), count: 5)
        var first = Balancer(hosts, BalancePolicy(kind: kind), seed: 1)
        var fewer = hosts
        fewer[2].health = .unhealthy
        var second = Balancer(fewer, BalancePolicy(kind: kind), seed: 2)
        var random = RandomSource()
        var moved = 0
        var counts = [0, 0, 0, 0, 0]
        for number in 0..<5000 {
            let hash = HashMember.hash("client \(number)")
            let key: (Int) -> String = { "10.0.0.\($0):80" }
            let one = first.pick(hash: hash, now: 0, random: &random, load: { _ in 0 }, key: key)
            let again = first.pick(hash: hash, now: 0, random: &random, load: { _ in 0 }, key: key)
            let other = second.pick(hash: hash, now: 0, random: &random, load: { _ in 0 }, key: key)
            #expect(one == again)
            #expect(other != 2)
            if let one { counts[one] += 1 }
            if one != other { moved += 1 }
        }
        #expect(counts.allSatisfy { $0 > 700 })
        // What the lost endpoint had, and not much more: of a ring the others
        // get more places.
        #expect(moved < counts[2] + 1000)
    }

    @Test func weightsCountInRingsAndTables() {
        let members = HashMember.members([("a:80", 1, 0), ("b:80", 3, 1)])
        let table = MaglevTable(members, size: 65537)
        let inTable = (0..<65537).filter { table.find(UInt64($0)) == 1 }.count
        #expect(abs(inTable - 49_153) <= 2)
        let ring = HashRing(members, minimum: 1024, maximum: 1 << 20)
        #expect(ring.count == 1024)
    }
}
