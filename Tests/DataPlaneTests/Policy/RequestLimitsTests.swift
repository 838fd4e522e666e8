import Testing

@testable import DataPlane
@testable import TrafficModel

@Suite struct RequestLimitsTests {
    @Test func nothingIsDueWithoutLimits() {
        var limits = RequestLimits()
        #expect(limits.next(lastActivity: 5) == 0)
        #expect(limits.expire(at: .max / 2, lastActivity: 5) == .nothing)
    }

    @Test func theEarliestLimitIsNext() {
        var limits = RequestLimits()
        limits.request = 900
        #expect(limits.next(lastActivity: 100) == 900)
        limits.idle = 500
        #expect(limits.next(lastActivity: 100) == 600)
        limits.attempt = 300
        #expect(limits.next(lastActivity: 100) == 300)
        limits.attemptIdle = 50
        #expect(limits.next(lastActivity: 100) == 300)
        limits.attemptIdleRuns = true
        #expect(limits.next(lastActivity: 100) == 150)
        limits.stream = 140
        limits.wake = 130
        limits.arrival = 120
        #expect(limits.next(lastActivity: 100) == 120)
    }

    @Test func anAttemptEndsOnceAndTheWholeLater() {
        var limits = RequestLimits()
        limits.request = 1000
        limits.attempt = 300
        #expect(limits.expire(at: 299, lastActivity: 0) == .nothing)
        #expect(limits.expire(at: 300, lastActivity: 0) == .attempt)
        #expect(limits.expire(at: 300, lastActivity: 0) == .nothing)
        limits.wake = 320
        #expect(limits.expire(at: 320, lastActivity: 0) == .wake)
        #expect(limits.expire(at: 320, lastActivity: 0) == .nothing)
        limits.attempt = 620
        limits.endAttempt()
        #expect(limits.next(lastActivity: 0) == 1000)
        #expect(limits.expire(at: 1000, lastActivity: 0) == .request)
    }

    @Test func activityMovesTheIdleLimits() {
        var limits = RequestLimits()
        limits.idle = 100
        limits.attemptIdle = 40
        limits.attemptIdleRuns = true
        #expect(limits.expire(at: 130, lastActivity: 95) == .nothing)
        #expect(limits.expire(at: 135, lastActivity: 95) == .attemptIdle)
        #expect(limits.expire(at: 195, lastActivity: 95) == .idle)
    }

    @Test(arguments: [
        ("1S", 1000), ("250m", 250), ("2M", 120_000), ("1H", 3_600_000), ("1500u", 2), ("1n", 1), ("0S", 0),
        ("99999999S", 99_999_999_000), ("", nil), ("S", nil), ("1", nil), ("100000000S", nil), ("-1S", nil), ("1s", nil),
    ] as [(String, UInt64?)])
    func readsTheTimeLimitOfAGRPCClient(text: String, milliseconds: UInt64?) {
        var copy = text
        #expect(copy.withUTF8 { GRPCTimeout.parse($0) } == milliseconds)
    }

    @Test(arguments: [
        ("application/grpc", true), ("application/grpc+proto", true), ("application/grpc;x", true),
        ("application/grpc-web", false), ("application/json", false), ("", false),
    ])
    func knowsGRPCByItsContentType(type: String, expected: Bool) {
        let request = RequestText(authority: "a", headers: [.init("content-type", type)])
        #expect(request.withView { GRPCTimeout.of($0) != nil } == expected)
    }

    /// Route's timeout, longest gRPC timeout, what the client asks for, what counts.
    @Test(arguments: [
        (15_000, nil, 5000, 15_000), (15_000, 0, 5000, 5000), (15_000, 3000, 5000, 3000), (15_000, 3000, nil, 3000),
        (15_000, 0, nil, 0), (nil, nil, nil, 0), (15_000, 9000, 5000, 5000),
    ] as [(Int64?, Int64?, UInt64?, UInt64)])
    func aGRPCClientsLimitCountsWhereTheRouteSaysSo(
        timeout: Int64?, longest: Int64?, asked: UInt64?, expected: UInt64
    ) {
        var route = RoutePlan()
        route.timeoutMilliseconds = timeout
        route.maximumGRPCTimeoutMilliseconds = longest
        #expect(route.timeout(longest == nil ? nil : GRPCTimeout(milliseconds: asked)) == expected)
    }
}
