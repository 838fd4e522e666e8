import Testing

@testable import DataPlane
@testable import TrafficModel

@Suite struct TokenBucketTests {
    private static let second: UInt64 = 1_000_000_000

    @Test func givesWhatItHoldsAndThenOneForEachTokenThatComes() {
        // Four tokens a second, three at once.
        let bucket = TokenBucket(size: 3, tokensPerFill: 4, fillMilliseconds: 1000)
        var state: UInt64 = 0
        var now = 100 * Self.second
        func take() -> Bool {
            guard let next = bucket.take(state, at: now) else { return false }
            state = next
            return true
        }
        #expect(take() && take() && take() && !take())
        now += Self.second / 4 - 1
        #expect(!take())
        now += 1
        #expect(take() && !take())
        now += 10 * Self.second
        #expect(take() && take() && take() && !take())
    }

    @Test func anEmptyBucketGivesNothing() {
        let bucket = TokenBucket(size: 0, tokensPerFill: 1, fillMilliseconds: 1000)
        #expect(bucket.take(0, at: 50 * Self.second) == nil)
    }

    @Test func hugeNumbersAreNoTrouble() {
        let bucket = TokenBucket(size: .max, tokensPerFill: 1, fillMilliseconds: .max / 2_000_000)
        var state: UInt64 = 0
        for _ in 0..<5 {
            guard let next = bucket.take(state, at: Self.second) else { break }
            state = next
        }
        #expect(TokenBucket(size: 1, tokensPerFill: .max, fillMilliseconds: 50).nanosecondsPerToken == 1)
    }

    @Test func workersShareOneBucket() {
        var plan = RateLimitPlan()
        plan.maximumTokens = 2
        plan.fillMilliseconds = 60_000
        let buckets = TokenBuckets()
        let first = buckets.bucket(at: 1, plan)
        let second = buckets.bucket(at: 1, plan)
        #expect(first === second)
        #expect(first.take(at: 1000) && second.take(at: 1000) && !first.take(at: 1000))
        #expect(buckets.bucket(at: 2, plan).take(at: 1000))
        plan.maximumTokens = 3
        #expect(buckets.bucket(at: 1, plan) !== first)
    }
}
