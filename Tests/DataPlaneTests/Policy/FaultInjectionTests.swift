import Testing

@testable import DataPlane
@testable import TrafficModel

@Suite struct FaultInjectionTests {
    private func plan(delay: UInt32 = 0, abort: UInt32 = 0, most: UInt32? = nil) -> FaultPlan {
        var plan = FaultPlan()
        plan.delayMilliseconds = 40
        plan.delayPerMillion = delay
        plan.abortStatus = 503
        plan.abortPerMillion = abort
        plan.maximumActive = most
        return plan
    }

    /// Two throws below a million in the halves of one number.
    private func dice(_ delay: UInt64, _ abort: UInt64) -> UInt64 { abort << 32 | delay }

    @Test func eachThrowDecidesForItself() {
        let plan = plan(delay: 500_000, abort: 250_000)
        #expect(FaultInjection(plan, active: 0, random: dice(499_999, 250_000)).delayMilliseconds == 40)
        #expect(FaultInjection(plan, active: 0, random: dice(500_000, 249_999)).abortStatus == 503)
        let both = FaultInjection(plan, active: 0, random: dice(0, 0))
        #expect(both.delayMilliseconds == 40 && both.abortStatus == 503)
        #expect(FaultInjection(plan, active: 0, random: dice(500_000, 250_000)).isNothing)
    }

    @Test func noMoreFaultsAtOnceThanAllowed() {
        #expect(FaultInjection(plan(abort: 1_000_000, most: 2), active: 2, random: 0).isNothing)
        #expect(!FaultInjection(plan(abort: 1_000_000, most: 2), active: 1, random: 0).isNothing)
        #expect(FaultInjection(plan(abort: 1_000_000, most: 0), active: 0, random: 0).isNothing)
    }

    @Test(arguments: [(14, 503), (5, 404), (16, 401), (2, 500), (0, 200), (99, 500)] as [(UInt32, UInt16)])
    func aGRPCStatusBecomesItsHTTPStatus(status: UInt32, expected: UInt16) {
        var plan = plan(abort: 1_000_000)
        plan.abortStatus = 0
        plan.abortGRPCStatus = status
        #expect(FaultInjection(plan, active: 0, random: 0).abortStatus == expected)
    }
}
