import Testing

@testable import DataPlane

@Suite struct PriorityLoadsTests {
    struct Case: Sendable, CustomStringConvertible {
        /// healthy, degraded, all, of each priority.
        var counts: [(Int, Int, Int)]
        var panicPercent: Double = 50
        var healthy: [Int]
        var degraded: [Int]
        var panic: [Bool]
        var description: String { "\(counts)" }
    }

    // The figures of Envoy's documentation on priority levels, degraded
    // endpoints and panic.
    static let cases = [
        Case(counts: [(100, 0, 100), (100, 0, 100)], healthy: [100, 0], degraded: [0, 0], panic: [false, false]),
        Case(counts: [(72, 0, 100), (72, 0, 100)], healthy: [100, 0], degraded: [0, 0], panic: [false, false]),
        Case(counts: [(71, 0, 100), (71, 0, 100)], healthy: [99, 1], degraded: [0, 0], panic: [false, false]),
        Case(counts: [(50, 0, 100), (50, 0, 100)], healthy: [70, 30], degraded: [0, 0], panic: [false, false]),
        Case(counts: [(25, 0, 100), (100, 0, 100)], healthy: [35, 65], degraded: [0, 0], panic: [false, false]),
        Case(counts: [(25, 0, 100), (25, 0, 100)], healthy: [50, 50], degraded: [0, 0], panic: [true, true]),
        Case(counts: [(5, 0, 100), (65, 0, 100)], healthy: [8, 92], degraded: [0, 0], panic: [true, false]),
        Case(counts: [(0, 0, 100), (0, 0, 300)], healthy: [25, 75], degraded: [0, 0], panic: [true, true]),
        Case(counts: [(50, 50, 100)], healthy: [70], degraded: [30], panic: [false]),
        Case(counts: [(0, 100, 100)], healthy: [0], degraded: [100], panic: [false]),
        Case(counts: [(0, 0, 10)], panicPercent: 0, healthy: [0], degraded: [0], panic: [false]),
        Case(counts: [(2, 0, 10)], panicPercent: 0, healthy: [100], degraded: [0], panic: [false]),
    ]

    @Test(arguments: cases)
    func loadFollowsHealth(_ example: Case) {
        let counts = example.counts.map { PriorityLoads.Count(healthy: $0.0, degraded: $0.1, all: $0.2) }
        let loads = PriorityLoads(counts, panicPercent: example.panicPercent)
        #expect(loads.healthy == example.healthy)
        #expect(loads.degraded == example.degraded)
        #expect(loads.panic == example.panic)
    }

    @Test func numbersFallOnPrioritiesByTheirLoad() {
        let loads = PriorityLoads(
            [PriorityLoads.Count(healthy: 50, degraded: 0, all: 100), PriorityLoads.Count(healthy: 50, degraded: 0, all: 100)],
            panicPercent: 50)
        let chosen = (0..<200).map { loads.choose(UInt64($0))?.priority ?? -1 }
        #expect(chosen.filter { $0 == 0 }.count == 140)
        #expect(chosen.filter { $0 == 1 }.count == 60)
        #expect(PriorityLoads([], panicPercent: 50).choose(1) == nil)
    }
}
