/// How many per cent of the load each priority gets, by Envoy's rules: with an
/// overprovisioning factor of 1.4 a priority carries everything as long as
/// 72 % of it are healthy; what it can't carry goes to the next.
struct PriorityLoads: Equatable {
    /// The endpoints of one priority.
    struct Count: Equatable {
        var healthy: Int
        var degraded: Int
        var all: Int
    }

    /// Which endpoints of a priority.
    enum Share: Equatable { case healthy, degraded, all }

    static let overprovisioning = 140

    private(set) var healthy: [Int]
    private(set) var degraded: [Int]
    /// Priorities in which health doesn't count for now.
    private(set) var panic: [Bool]

    init(_ counts: [Count], panicPercent: Double) {
        healthy = counts.map { _ in 0 }
        degraded = healthy
        panic = counts.map { _ in false }
        func availability(_ part: Int, of all: Int) -> Int {
            all == 0 ? 0 : min(100, Self.overprovisioning * part / all)
        }
        let health = counts.map { availability($0.healthy, of: $0.all) }
        let degradation = counts.map { availability($0.degraded, of: $0.all) }
        let total = min(100, health.reduce(0, +) + degradation.reduce(0, +))
        if total > 0 {
            var left = 100
            let first = Self.distribute(health, total, &left, &healthy)
            let second = Self.distribute(degradation, total, &left, &degraded)
            // What rounding left over.
            if let first { healthy[first] += left } else if let second { degraded[second] += left }
        }
        guard panicPercent > 0 else { return }
        if total < 100 {
            for (index, count) in counts.enumerated() {
                let usable = count.all == 0 ? 0 : 100 * Double(count.healthy + count.degraded) / Double(count.all)
                panic[index] = usable < panicPercent
            }
        }
        if panic.allSatisfy({ $0 }) { spreadOverAll(counts) }
    }

    /// Everything is in panic: the load follows the number of endpoints.
    private mutating func spreadOverAll(_ counts: [Count]) {
        let total = counts.reduce(0) { $0 + $1.all }
        guard total > 0, let first = counts.firstIndex(where: { $0.all > 0 }) else { return }
        var left = 100
        for (index, count) in counts.enumerated() {
            healthy[index] = 100 * count.all / total
            degraded[index] = 0
            left -= healthy[index]
        }
        healthy[first] += left
    }

    private static func distribute(_ parts: [Int], _ total: Int, _ left: inout Int, _ loads: inout [Int]) -> Int? {
        for (index, part) in parts.enumerated() {
            loads[index] = min(left, part * 100 / total)
            left -= loads[index]
        }
        return parts.firstIndex { $0 > 0 }
    }

    /// The priority for a number, of which only the rest by 100 counts; nil
    /// when nothing can be used.
    func choose(_ number: UInt64) -> (priority: Int, share: Share)? {
        let wanted = Int(number % 100) + 1
        var sum = 0
        for index in healthy.indices {
            sum += healthy[index]
            if wanted <= sum { return (index, panic[index] ? .all : .healthy) }
        }
        for index in degraded.indices {
            sum += degraded[index]
            if wanted <= sum { return (index, panic[index] ? .all : .degraded) }
        }
        return nil
    }
}
