internal import TrafficModel

/// The attempts of one request under the retry policy of its route.
///
/// Pure: events go in, verdicts come out; the worker keeps the clock, the dice and the count of retries under way.
/// Source: Envoy's `RetryPolicy` and the router filter's documentation.
struct RetryState: BitwiseCopyable {
    /// How an attempt ended without an answer.
    enum Failure: UInt8, BitwiseCopyable, CaseIterable {
        /// No connection was made, TLS included.
        case connect
        /// The connection broke under the request.
        case reset
        /// HTTP/2: the origin did not look at the request (REFUSED_STREAM).
        case refusedStream
        /// `per_try_timeout` or `per_try_idle_timeout` was over.
        case timeout
    }

    /// What to do after an attempt.
    enum Verdict: Equatable {
        /// The policy doesn't speak of this outcome.
        case keep
        /// It does, but no attempt is left.
        case limitReached
        /// It does, but the cluster has its most retries under way.
        case overflow
        /// Once more, after so many milliseconds.
        case retry(after: UInt64)
    }

    /// Endpoints remembered for `previous_hosts`.
    static let mostRemembered = 8

    /// Which attempt this is, from 1.
    private(set) var attempt: UInt32 = 1
    private(set) var remaining: UInt32 = 0
    private(set) var isEnabled = false
    /// Milliseconds: the back-off is a random time below it.
    private(set) var interval: UInt64 = 0
    private var longestInterval: UInt64 = 0
    private var tried = InlineArray<8, UInt64>(repeating: 0)
    private var triedCount = 0

    /// No retries.
    init() {}

    init(_ plan: RetryPlan) {
        isEnabled = !plan.conditions.isEmpty
        remaining = isEnabled ? plan.attempts : 0
        interval = UInt64(max(1, plan.baseIntervalMilliseconds))
        longestInterval = max(interval, UInt64(max(1, plan.maximumIntervalMilliseconds)))
    }

    /// The request can't be sent again: its body is gone.
    mutating func giveUp() { isEnabled = false }

    // MARK: - Outcomes

    /// An attempt ended without an answer.
    mutating func failed(
        _ failure: Failure, requestStarted: Bool, _ plan: RetryPlan, allowance: RetryAllowance, random: UInt64
    ) -> Verdict {
        guard isEnabled, plan.covers(failure, requestStarted: requestStarted) else { return .keep }
        return spend(allowance, wait: nil, random)
    }

    /// The origin answered. `wait` is what its Retry-After header asks for, in milliseconds.
    mutating func answered(
        _ answer: AnswerFacts, _ plan: RetryPlan, allowance: RetryAllowance, wait: UInt64?, random: UInt64
    ) -> Verdict {
        guard isEnabled, plan.covers(answer) else { return .keep }
        return spend(allowance, wait: wait, random)
    }

    private mutating func spend(_ allowance: RetryAllowance, wait: UInt64?, _ random: UInt64) -> Verdict {
        guard remaining > 0 else { return .limitReached }
        remaining -= 1
        guard allowance.allowsOne else { return .overflow }
        attempt += 1
        if let wait, wait > 1 {
            // Never sooner than asked for, and not everyone at once: up to half as long again.
            return .retry(after: wait + random % max(1, wait / 2))
        }
        let current = interval
        interval = min(current * 2, longestInterval)
        return .retry(after: random % current)
    }

    // MARK: - Endpoints

    /// Remembers an endpoint by a hash of its address.
    mutating func note(endpoint: UInt64) {
        guard !hasTried(endpoint) else { return }
        tried[triedCount % Self.mostRemembered] = endpoint
        triedCount += 1
    }

    /// Whether an attempt went to this endpoint.
    func hasTried(_ endpoint: UInt64) -> Bool {
        for place in 0..<min(triedCount, Self.mostRemembered) where tried[place] == endpoint { return true }
        return false
    }
}

/// How many retries a cluster may have under way (its circuit breakers, or its retry budget).
struct RetryAllowance: BitwiseCopyable {
    /// Retries under way now.
    var active: UInt32
    /// Retries at once.
    var most: UInt32

    init(active: UInt32, most: UInt32) {
        self.active = active
        self.most = most
    }

    /// - Parameter requests: Requests of the cluster under way or in line, which a budget is a share of.
    init(active: UInt32, requests: UInt32, _ breakers: CircuitBreakers) {
        self.active = active
        if let percent = breakers.retryBudgetPercent {
            let share = percent > 0 ? Double(requests) * percent / 100 : 0
            most = max(breakers.retryBudgetMinimum, UInt32(min(share, Double(UInt32.max))))
        } else {
            most = breakers.maximumRetries
        }
    }

    var allowsOne: Bool { active < most }
}

/// What of an answer a retry policy looks at.
struct AnswerFacts: BitwiseCopyable {
    var status: UInt16
    /// Of the answer's head; -1 without.
    var grpcStatus: Int32 = -1
    /// The header `x-envoy-ratelimited`.
    var isRateLimitedByEnvoy = false
    /// A header of the policy's `retriable_headers` matches.
    var hasRetriableHeader = false
}

extension RetryPlan {
    /// Whether it speaks of an attempt that ended without an answer.
    func covers(_ failure: RetryState.Failure, requestStarted: Bool) -> Bool {
        if !requestStarted, conditions.contains(.resetBeforeRequest) { return true }
        // "5xx" and "gateway-error" include the attempts without any answer.
        if !conditions.isDisjoint(with: [.reset, .serverError, .gatewayError]) { return true }
        switch failure {
        case .connect: return conditions.contains(.connectFailure)
        case .refusedStream: return conditions.contains(.refusedStream)
        case .reset, .timeout: return false
        }
    }

    /// Whether it speaks of an answer.
    func covers(_ answer: AnswerFacts) -> Bool {
        if answer.isRateLimitedByEnvoy { return conditions.contains(.envoyRatelimited) }
        let status = answer.status
        if conditions.contains(.serverError), status / 100 == 5 { return true }
        if conditions.contains(.gatewayError), status >= 502, status <= 504 { return true }
        if conditions.contains(.retriable4xx), status == 409 { return true }
        if conditions.contains(.retriableStatusCodes) {
            for own in statuses where own == status { return true }
        }
        if conditions.contains(.retriableHeaders), answer.hasRetriableHeader { return true }
        switch answer.grpcStatus {
        case 1: return conditions.contains(.grpcCancelled)
        case 4: return conditions.contains(.grpcDeadlineExceeded)
        case 8: return conditions.contains(.grpcResourceExhausted)
        case 13: return conditions.contains(.grpcInternal)
        case 14: return conditions.contains(.grpcUnavailable)
        default: return false
        }
    }

    /// What the answer's reset headers ask for: milliseconds to wait; nil without one, or when it is longer than the
    /// policy allows. `seconds` is the time since 1970.
    func wait(_ answer: RequestView, seconds: UInt64) -> UInt64? {
        for header in retryAfterHeaders {
            guard let value = answer.firstHeader(header.name.buffer), let number = Self.number(answer[value]) else {
                continue
            }
            let wait = header.isUnixTime ? (number > seconds ? number - seconds : 0) : number
            if header.isUnixTime, wait == 0 { continue }
            guard wait <= UInt64(max(0, maximumRetryAfterMilliseconds)) / 1000 else { continue }
            return wait * 1000
        }
        return nil
    }

    private static func number(_ text: UnsafeBufferPointer<UInt8>) -> UInt64? {
        guard text.count > 0, text.count <= 12 else { return nil }
        var number: UInt64 = 0
        for byte in text {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            number = number * 10 + UInt64(byte - 0x30)
        }
        return number
    }
}
