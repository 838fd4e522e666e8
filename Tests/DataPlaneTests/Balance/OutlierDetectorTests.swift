import Testing
@testable import TrafficModel

@testable import DataPlane

@Suite struct OutlierDetectorTests {
    /// Five endpoints of which all may be ejected.
    private func detector(_ change: (inout OutlierPlan) -> Void = { _ in }) -> OutlierDetector {
        var plan = OutlierPlan()
        plan.maximumEjectionPercent = 100
        change(&plan)
        var detector = OutlierDetector(plan, at: 0)
        for _ in 0..<5 { _ = detector.add() }
        return detector
    }

    @Test func fiveFailuresInARowEject() {
        var detector = detector()
        for _ in 0..<4 { #expect(detector.record(0, .status(500), at: 1) == false) }
        #expect(detector.record(0, .status(200), at: 2) == false)
        for _ in 0..<4 { #expect(detector.record(0, .status(500), at: 3) == false) }
        #expect(detector.record(0, .status(503), at: 4) == true)
        #expect(detector.isEjected(0))
        #expect(detector.ejected == 1)
        #expect(!detector.isEjected(1))
    }

    @Test func gatewayErrorsEjectOnlyWhereThatIsEnforced() {
        var lenient = detector { $0.consecutive5xx = 0 }
        for _ in 0..<20 { #expect(lenient.record(0, .status(503), at: 1) == false) }
        var strict = detector {
            $0.consecutive5xx = 0
            $0.consecutiveGatewayErrors = 3
            $0.enforcingGatewayErrorsPercent = 100
        }
        #expect(strict.record(0, .status(502), at: 1) == false)
        #expect(strict.record(0, .status(500), at: 1) == false)
        #expect(strict.record(0, .status(503), at: 1) == false)
        #expect(strict.record(0, .failed, at: 1) == false)
        #expect(strict.record(0, .timedOut, at: 1) == true)
    }

    @Test func localFailuresAreCountedApartWhenAskedFor() {
        var detector = detector {
            $0.splitsLocalErrors = true
            $0.consecutiveLocalErrors = 2
        }
        #expect(detector.record(0, .failed, at: 1) == false)
        #expect(detector.record(0, .connected, at: 1) == false)
        #expect(detector.record(0, .failed, at: 1) == false)
        #expect(detector.record(0, .status(200), at: 1) == false)
        #expect(detector.record(0, .timedOut, at: 1) == true)
    }

    @Test func ejectionsGetLongerAndAreForgotten() {
        var detector = detector { $0.consecutive5xx = 1 }
        #expect(detector.record(0, .status(500), at: 0) == true)
        #expect(detector.sweep(at: 29_999) == false)
        #expect(detector.sweep(at: 30_000) == true)
        #expect(!detector.isEjected(0))
        #expect(detector.record(0, .status(500), at: 31_000) == true)
        #expect(detector.sweep(at: 90_000) == false)
        #expect(detector.isEjected(0))
        #expect(detector.sweep(at: 100_000) == true)
        // Two quiet intervals take two ejections back.
        #expect(detector.sweep(at: 120_000) == false)
        #expect(detector.record(0, .status(500), at: 121_000) == true)
        #expect(detector.sweep(at: 160_000) == true)
    }

    @Test func ejectionsEndAtTheLongest() {
        var detector = detector {
            $0.consecutive5xx = 1
            $0.maximumEjectionMilliseconds = 40_000
        }
        var now: UInt64 = 0
        for _ in 0..<6 {
            #expect(detector.record(0, .status(500), at: now) == true)
            now += 50_000
            #expect(detector.sweep(at: now) == true)
        }
    }

    @Test(arguments: [(10, false, 0), (10, true, 1), (20, false, 1), (40, false, 2), (39, false, 1), (100, false, 5)])
    func noMoreThanTheShareAllowed(percent: UInt32, always: Bool, expected: Int) {
        var detector = detector {
            $0.consecutive5xx = 1
            $0.maximumEjectionPercent = percent
            $0.alwaysEjectsOne = always
        }
        for host in 0..<5 { _ = detector.record(host, .status(500), at: 1) }
        #expect(detector.ejected == expected)
    }

    @Test func enforcingZeroPercentOnlyWatches() {
        var detector = detector {
            $0.consecutive5xx = 1
            $0.enforcing5xxPercent = 0
        }
        #expect(detector.record(0, .status(500), at: 1) == false)
    }

    private func interval(_ detector: inout OutlierDetector, failuresOfHundred: [Int]) {
        for (host, failures) in failuresOfHundred.enumerated() {
            for number in 0..<100 { _ = detector.record(host, .status(number < failures ? 500 : 200), at: 1) }
        }
    }

    @Test func theWorstSuccessRateIsEjected() {
        var detector = detector { $0.consecutive5xx = 0 }
        interval(&detector, failuresOfHundred: [1, 0, 1, 0, 60])
        #expect(detector.sweep(at: 10_000) == true)
        #expect((0..<5).map { detector.isEjected($0) } == [false, false, false, false, true])
    }

    @Test func tooFewRequestsOrEndpointsSayNothing() {
        var detector = detector {
            $0.consecutive5xx = 0
            $0.successRateVolume = 101
        }
        interval(&detector, failuresOfHundred: [1, 0, 1, 0, 60])
        #expect(detector.sweep(at: 10_000) == false)
    }

    @Test func aShareOfFailuresEjectsWhereEnforced() {
        var detector = detector {
            $0.consecutive5xx = 0
            $0.enforcingSuccessRatePercent = 0
            $0.enforcingFailurePercent = 100
            $0.failureThreshold = 50
        }
        interval(&detector, failuresOfHundred: [49, 50, 0, 0, 0])
        #expect(detector.sweep(at: 10_000) == true)
        #expect(!detector.isEjected(0))
        #expect(detector.isEjected(1))
    }

    @Test func anEndpointThatLeavesTakesItsEjectionAlong() {
        var detector = detector { $0.consecutive5xx = 1 }
        #expect(detector.record(0, .status(500), at: 1) == true)
        detector.remove(0)
        #expect(detector.ejected == 0)
        #expect(detector.add() == 0)
        #expect(!detector.isEjected(0))
    }

    @Test func anActiveCheckEndsAnEjection() {
        var detector = detector { $0.consecutive5xx = 1 }
        _ = detector.record(0, .status(500), at: 1)
        #expect(detector.checked(0) == true)
        #expect(!detector.isEjected(0))
    }
}
