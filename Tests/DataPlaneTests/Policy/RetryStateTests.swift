import Testing

@testable import DataPlane
@testable import TrafficModel

@Suite struct RetryStateTests {
    private let free = RetryAllowance(active: 0, most: 3)

    private func plan(_ conditions: RetryPlan.Conditions, attempts: UInt32 = 2) -> RetryPlan {
        var plan = RetryPlan()
        plan.conditions = conditions
        plan.attempts = attempts
        return plan
    }

    @Test func triesAsOftenAsThePolicySaysAndThenSaysSo() {
        let plan = plan(.connectFailure)
        var state = RetryState(plan)
        #expect(state.attempt == 1)
        #expect(state.failed(.connect, requestStarted: false, plan, allowance: free, random: 7) == .retry(after: 7))
        #expect(state.attempt == 2)
        #expect(state.failed(.connect, requestStarted: false, plan, allowance: free, random: 7) == .retry(after: 7))
        #expect(state.failed(.connect, requestStarted: false, plan, allowance: free, random: 7) == .limitReached)
        #expect(state.attempt == 3)
    }

    @Test func backsOffTwiceAsLongEachTimeUpToTheLongest() {
        var plan = plan(.serverError, attempts: 10)
        plan.baseIntervalMilliseconds = 25
        plan.maximumIntervalMilliseconds = 90
        var state = RetryState(plan)
        var longest: [UInt64] = []
        for _ in 0..<5 {
            // The largest random number below the interval shows the interval.
            let verdict = state.answered(
                AnswerFacts(status: 500), plan, allowance: free, wait: nil, random: state.interval - 1)
            guard case .retry(let wait) = verdict else { break }
            longest.append(wait + 1)
        }
        #expect(longest == [25, 50, 90, 90, 90])
    }

    @Test func waitsAtLeastAsLongAsTheAnswerAsks() {
        let plan = plan(.serverError, attempts: 10)
        var state = RetryState(plan)
        let answer = AnswerFacts(status: 503)
        #expect(state.answered(answer, plan, allowance: free, wait: 2000, random: 0) == .retry(after: 2000))
        #expect(state.answered(answer, plan, allowance: free, wait: 2000, random: 999) == .retry(after: 2999))
        #expect(state.answered(answer, plan, allowance: free, wait: 2000, random: 1000) == .retry(after: 2000))
        #expect(state.answered(answer, plan, allowance: free, wait: 0, random: 3) == .retry(after: 3))
    }

    @Test func givesWayToTheCircuitBreaker() {
        let plan = plan(.serverError)
        var state = RetryState(plan)
        let full = RetryAllowance(active: 3, most: 3)
        #expect(state.answered(AnswerFacts(status: 500), plan, allowance: full, wait: nil, random: 0) == .overflow)
        // The attempt counts as used, as in Envoy.
        #expect(state.remaining == 1)
    }

    @Test func aRequestThatCannotBeSentAgainIsNot() {
        let plan = plan(.serverError)
        var state = RetryState(plan)
        state.giveUp()
        #expect(state.answered(AnswerFacts(status: 500), plan, allowance: free, wait: nil, random: 0) == .keep)
        #expect(!RetryState(RetryPlan()).isEnabled)
    }

    /// Conditions, failure, whether the request was under way, whether it counts.
    static let failures: [(RetryPlan.Conditions, RetryState.Failure, Bool, Bool)] = [
        (.connectFailure, .connect, false, true), (.connectFailure, .reset, true, false),
        (.connectFailure, .timeout, true, false), (.reset, .connect, false, true), (.reset, .reset, true, true),
        (.reset, .timeout, true, true), (.serverError, .connect, false, true), (.serverError, .timeout, true, true),
        (.gatewayError, .reset, true, true), (.resetBeforeRequest, .connect, false, true),
        (.resetBeforeRequest, .reset, true, false), (.refusedStream, .refusedStream, true, true),
        (.refusedStream, .reset, true, false), (.retriable4xx, .reset, true, false),
        (.retriableStatusCodes, .connect, false, false), (.grpcUnavailable, .connect, false, false),
    ]

    @Test(arguments: failures)
    func countsFailuresAsEnvoyDoes(
        conditions: RetryPlan.Conditions, failure: RetryState.Failure, started: Bool, expected: Bool
    ) {
        #expect(plan(conditions).covers(failure, requestStarted: started) == expected)
    }

    /// Conditions, status, gRPC status, whether it counts.
    static let answers: [(RetryPlan.Conditions, UInt16, Int32, Bool)] = [
        (.serverError, 500, -1, true), (.serverError, 599, -1, true), (.serverError, 404, -1, false),
        (.serverError, 200, -1, false), (.gatewayError, 500, -1, false), (.gatewayError, 502, -1, true),
        (.gatewayError, 503, -1, true), (.gatewayError, 504, -1, true), (.gatewayError, 505, -1, false),
        (.retriable4xx, 409, -1, true), (.retriable4xx, 429, -1, false), (.reset, 503, -1, false),
        (.connectFailure, 503, -1, false), (.grpcCancelled, 200, 1, true), (.grpcDeadlineExceeded, 200, 4, true),
        (.grpcResourceExhausted, 200, 8, true), (.grpcInternal, 200, 13, true), (.grpcUnavailable, 200, 14, true),
        (.grpcUnavailable, 200, 0, false), (.grpcUnavailable, 200, -1, false), (.grpcUnavailable, 200, 13, false),
    ]

    @Test(arguments: answers)
    func countsAnswersAsEnvoyDoes(conditions: RetryPlan.Conditions, status: UInt16, grpc: Int32, expected: Bool) {
        #expect(plan(conditions).covers(AnswerFacts(status: status, grpcStatus: grpc)) == expected)
    }

    @Test func answersOfARateLimitOfAnotherEnvoyAreAMatterOfTheirOwn() {
        let limited = AnswerFacts(status: 503, isRateLimitedByEnvoy: true)
        #expect(!plan(.serverError).covers(limited))
        #expect(plan(.envoyRatelimited).covers(limited))
    }

    @Test func remembersTheEndpointsItTried() {
        var state = RetryState(RetryPlan())
        for endpoint in UInt64(1)...3 { state.note(endpoint: endpoint) }
        #expect(state.hasTried(1) && state.hasTried(3) && !state.hasTried(4))
        for endpoint in UInt64(10)..<20 { state.note(endpoint: endpoint) }
        #expect(state.hasTried(19) && !state.hasTried(1))
    }

    @Test(arguments: [(nil, 1000, 3), (20.0, 100, 20), (20.0, 5, 3), (0.0, 1000, 3), (Double.nan, 1000, 3)])
    func aBudgetIsAShareOfTheRequests(percent: Double?, requests: UInt32, most: UInt32) {
        var breakers = CircuitBreakers()
        breakers.retryBudgetPercent = percent
        #expect(RetryAllowance(active: 0, requests: requests, breakers).most == most)
    }

    /// Header value, whether it is a time, the policy's longest wait in seconds, expected milliseconds.
    static let waits: [(String, Bool, Int64, UInt64?)] = [
        ("2", false, 300, 2000), ("0", false, 300, 0), ("301", false, 300, nil), ("x", false, 300, nil),
        ("1005", true, 300, 5000), ("1000", true, 300, nil), ("999", true, 300, nil), ("-1", false, 300, nil),
    ]

    @Test(arguments: waits)
    func readsRetryAfter(value: String, isTime: Bool, longest: Int64, expected: UInt64?) {
        let arena = Arena()
        var plan = RetryPlan()
        plan.retryAfterHeaders = arena.single(RetryAfterHeader(name: arena.text("retry-after"), isUnixTime: isTime))
        plan.maximumRetryAfterMilliseconds = longest * 1000
        let answer = RequestText(authority: "", headers: [.init("Retry-After", value)])
        answer.withView { #expect(plan.wait($0, seconds: 1000) == expected) }
        withExtendedLifetime(arena) {}
    }
}
