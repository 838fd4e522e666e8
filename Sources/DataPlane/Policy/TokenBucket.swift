internal import Synchronization
internal import TrafficModel

/// A token bucket that fills without steps: as many tokens per second as the configuration gives, never more than its
/// size, full at first. Envoy's local rate limit counts the same way.
///
/// Its whole state is one number, the moment at which it will be full again. Pure: the caller tells the time.
struct TokenBucket: BitwiseCopyable, Equatable {
    /// Tokens when full.
    let size: UInt64
    /// Time in which one token comes.
    let nanosecondsPerToken: UInt64

    init(size: UInt32, tokensPerFill: UInt32, fillMilliseconds: Int64) {
        self.size = UInt64(size)
        nanosecondsPerToken = max(1, UInt64(max(1, fillMilliseconds)) * 1_000_000 / UInt64(max(1, tokensPerFill)))
    }

    init(_ plan: RateLimitPlan) {
        self.init(size: plan.maximumTokens, tokensPerFill: plan.tokensPerFill, fillMilliseconds: plan.fillMilliseconds)
    }

    /// Takes one token: the new state, or nil when there is none.
    func take(_ fullAt: UInt64, at now: UInt64) -> UInt64? {
        let after = max(fullAt, now) &+ nanosecondsPerToken
        let (reserve, isHuge) = size.multipliedReportingOverflow(by: nanosecondsPerToken)
        if isHuge || after &- now <= reserve { return after }
        return nil
    }
}

/// A bucket that all workers take from, without a lock.
final class SharedTokenBucket: Sendable {
    let bucket: TokenBucket
    private let fullAt = Atomic<UInt64>(0)

    init(_ bucket: TokenBucket) { self.bucket = bucket }

    /// Takes one token at a moment in nanoseconds of the monotonic clock; false when there is none.
    func take(at now: UInt64) -> Bool {
        var known = fullAt.load(ordering: .relaxed)
        while let next = bucket.take(known, at: now) {
            let (exchanged, original) = fullAt.compareExchange(expected: known, desired: next, ordering: .relaxed)
            if exchanged { return true }
            known = original
        }
        return false
    }
}

/// The buckets of a data plane. A limit keeps its bucket as long as its part of the configuration stays as it is.
final class TokenBuckets: Sendable {
    private struct Entry {
        weak var bucket: SharedTokenBucket?
    }

    private let entries = Mutex<[UInt: Entry]>([:])

    /// The bucket of the limit at a place in memory, which is the same for all workers.
    func bucket(at place: UInt, _ plan: RateLimitPlan) -> SharedTokenBucket {
        let wanted = TokenBucket(plan)
        return entries.withLock { entries in
            if let known = entries[place]?.bucket, known.bucket == wanted { return known }
            entries = entries.filter { $0.value.bucket != nil }
            let made = SharedTokenBucket(wanted)
            entries[place] = Entry(bucket: made)
            return made
        }
    }
}
