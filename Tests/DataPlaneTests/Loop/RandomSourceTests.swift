import Testing

@testable import DataPlane

@Suite struct RandomSourceTests {
    @Test(arguments: [1, 2, 3, 10, 1000] as [UInt32])
    func reachesEveryNumberBelowABound(bound: UInt32) {
        var random = RandomSource()
        var seen: Set<UInt32> = []
        for _ in 0..<Int(bound) * 100 { seen.insert(random.below(bound)) }
        #expect(seen.count == Int(bound))
        #expect(seen.allSatisfy { $0 < bound })
    }
}
