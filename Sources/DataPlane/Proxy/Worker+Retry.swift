internal import CPetrelSystem
internal import Telemetry
internal import TrafficModel

// The shell around `RetryState`: what is kept of a request, and what happens after each attempt.

extension Worker {
    /// Takes the retry policy in force for a request that is about to be sent.
    mutating func noteRetries(
        _ exchange: ExchangePointer, _ request: RequestView, _ decision: RequestDecision, _ bufferLimit: Int?
    ) {
        guard let snapshot = exchange.pointee.snapshot else { return }
        let tables = snapshot.pointee.tables
        let plans = tables.retryPlan(decision)
        exchange.pointee.keepLimit = UInt32(min(bufferLimit ?? 1 << 20, 1 << 20))
        let host = tables.virtualHost(of: decision)
        if host.includesAttemptCountInResponse { exchange.pointee.flags.insert(.tellsAttempts) }
        guard let plan = plans.first else { return }
        if !plan.requestHeaders.isEmpty, !plan.requestHeaders.contains(where: { $0.matches(request) }) { return }
        exchange.pointee.retry = RetryState(plan)
        exchange.pointee.limits.attemptIdle = UInt64(max(0, plan.perTryIdleMilliseconds ?? 0))
    }

    /// Keeps body bytes that are sent for another attempt, within the route's limit.
    mutating func keepForRetry(_ exchange: ExchangePointer, _ bytes: UnsafeRawBufferPointer) {
        if exchange.pointee.flags.contains(.notReplayable) || bytes.count == 0 { return }
        if exchange.pointee.flags.contains(.responseStarted), exchange.pointee.mirrors == 0 {
            // There is no other attempt any more.
            exchange.pointee.flags.insert(.notReplayable)
            return
        }
        let kept = exchange.pointee.head.count - Int(exchange.pointee.sendStart)
        let isWanted = exchange.pointee.retry.isEnabled || exchange.pointee.mirrors != 0
        if isWanted, exchange.pointee.bytesReceived <= UInt64(exchange.pointee.keepLimit),
            kept + bytes.count <= Self.mostKept
        {
            return blocks.append(bytes, to: &exchange.pointee.head)
        }
        forgetBody(exchange)
    }

    /// Bytes of one request that are kept at most, its head and the frame of its chunks included.
    static let mostKept = 3 << 19

    /// Body bytes went out that aren't kept: there is neither another attempt nor a mirror.
    private mutating func forgetBody(_ exchange: ExchangePointer) {
        exchange.pointee.flags.insert(.notReplayable)
        exchange.pointee.retry.giveUp()
        exchange.pointee.mirrors = 0
    }

    /// The same for a body that is too long as far as it came with the head.
    mutating func checkKeptBody(_ exchange: ExchangePointer) {
        if exchange.pointee.bytesReceived > UInt64(exchange.pointee.keepLimit) {
            exchange.pointee.retry.giveUp()
            exchange.pointee.mirrors = 0
        }
    }

    // MARK: - Outcomes

    /// An attempt ended without an answer: another one as the route's policy says, or the reply.
    mutating func attemptFailed(
        _ exchange: ExchangePointer, _ failure: RetryState.Failure, _ reason: Reason, _ detail: String
    ) {
        endWaiting(exchange)
        let started = exchange.pointee.flags.contains(.requestSent)
        if exchange.pointee.retry.isEnabled, let plan = retryPlan(exchange).first {
            let allowance = retryAllowance(exchange)
            let verdict = exchange.pointee.retry.failed(
                failure, requestStarted: started, plan, allowance: allowance, random: random.next())
            leaveEndpoint(exchange)
            if obey(verdict, exchange) { return }
            if verdict == .overflow {
                return reply(exchange, status: 503, .upstreamOverflow, detail: "too many retries at once; \(detail)")
            }
        }
        leaveEndpoint(exchange)
        let attempts = exchange.pointee.retry.attempt
        let words = attempts > 1 ? "\(detail) (attempt \(attempts))" : detail
        reply(exchange, status: failure == .timeout ? 504 : 503, reason, detail: words)
    }

    /// True when the answer is dropped for another attempt.
    mutating func retryAnswer(
        _ exchange: ExchangePointer, _ bytes: UnsafeRawBufferPointer, _ semantics: HTTP1Semantics
    ) -> Bool {
        guard let plan = retryPlan(exchange).first else { return false }
        let view = RequestView(
            bytes: bytes.bindMemory(to: UInt8.self), method: ByteRange(), path: ByteRange(), authority: ByteRange(),
            scheme: ByteRange(), headers: head.pointee.view)
        let answer = AnswerFacts(UInt16(head.pointee.status), view, plan)
        guard plan.covers(answer) else { return false }
        let wait = plan.retryAfterHeaders.isEmpty ? nil : plan.wait(view, seconds: (now &+ realtimeOffset) / 1_000_000_000)
        let allowance = retryAllowance(exchange)
        let verdict = exchange.pointee.retry.answered(
            answer, plan, allowance: allowance, wait: wait, random: random.next())
        guard case .retry = verdict else {
            _ = obey(verdict, exchange)
            if verdict == .limitReached { exchange.pointee.reason = .retryLimit }
            if verdict == .overflow { exchange.pointee.reason = .upstreamOverflow }
            return false
        }
        // Only a connection whose answer is read to its end can serve again.
        let isWhole = semantics.framing == .none && bytes.count == head.pointee.count
        detachUpstream(exchange, mayStay: isWhole && !semantics.wantsClose && head.pointee.minorVersion == 1)
        leaveEndpoint(exchange)
        return obey(verdict, exchange)
    }

    /// Carries out a verdict; true when there is another attempt.
    private mutating func obey(_ verdict: RetryState.Verdict, _ exchange: ExchangePointer) -> Bool {
        endRetry(exchange)
        guard case .retry(let wait) = verdict else {
            if verdict == .limitReached { exchange.pointee.flags.insert(.retryLimitReached) }
            return false
        }
        if let cluster = exchange.pointee.cluster {
            cluster.pointee.shared.addRetry(highPriority: exchange.pointee.flags.contains(.highPriority))
            exchange.pointee.flags.insert(.countsAsRetry)
        }
        metrics.shard.add(metrics.upstreamRetries)
        exchange.pointee.flags.insert(.waitsForRetry)
        exchange.pointee.flags.remove(.requestSent)
        exchange.pointee.firstByte = 0
        exchange.pointee.retry.note(endpoint: Self.hash(exchange.pointee.upstreamAddress))
        exchange.pointee.limits.endAttempt()
        exchange.pointee.limits.wake = milliseconds &+ 1 &+ wait
        exchange.pointee.lastActivity = now
        armExchange(exchange)
        return true
    }

    /// The back-off is over.
    mutating func startRetry(_ exchange: ExchangePointer) {
        exchange.pointee.flags.remove(.waitsForRetry)
        renumber(exchange, \.attemptCount, UInt64(exchange.pointee.retry.attempt))
        renumber(exchange, \.expectedTimeout, expectedMilliseconds(exchange))
        renumber(exchange, \.grpcTimeout, expectedMilliseconds(exchange))
        start(exchange)
    }

    /// The request no longer counts among the retries of its cluster.
    mutating func endRetry(_ exchange: ExchangePointer) {
        guard exchange.pointee.flags.contains(.countsAsRetry), let cluster = exchange.pointee.cluster else { return }
        exchange.pointee.flags.remove(.countsAsRetry)
        cluster.pointee.shared.returnRetry(highPriority: exchange.pointee.flags.contains(.highPriority))
    }

    private func retryPlan(_ exchange: ExchangePointer) -> FlatArray<RetryPlan> {
        guard let snapshot = exchange.pointee.snapshot, let decision = exchange.pointee.decision, decision.route >= 0
        else { return FlatArray() }
        return snapshot.pointee.tables.retryPlan(decision)
    }

    private func retryAllowance(_ exchange: ExchangePointer) -> RetryAllowance {
        guard let cluster = exchange.pointee.cluster else { return RetryAllowance(active: 0, most: 0) }
        // The retry that this request still counts as is over.
        let own = exchange.pointee.flags.contains(.countsAsRetry) ? 1 : 0
        let use = cluster.pointee.shared.use(highPriority: exchange.pointee.flags.contains(.highPriority))
        return RetryAllowance(
            active: UInt32(clamping: use.retries - own), requests: UInt32(clamping: use.requests + use.pending),
            breakers(exchange, cluster))
    }

    // MARK: - The next attempt

    /// Picks an endpoint; on a retry one that wasn't tried, if the policy asks for that and a few picks find one.
    mutating func pickForAttempt(_ cluster: ClusterPointer, _ exchange: ExchangePointer) -> EndpointPointer? {
        guard exchange.pointee.retry.attempt > 1, let plan = retryPlan(exchange).first, plan.avoidsPreviousHosts else {
            return pick(cluster, exchange)
        }
        var chosen: EndpointPointer?
        for _ in 0...max(0, plan.hostSelectionAttempts) {
            chosen = pick(cluster, exchange)
            guard let chosen, exchange.pointee.retry.hasTried(Self.hash(chosen.pointee.address)) else { break }
        }
        return chosen
    }

    private static func hash(_ address: petrel_address) -> UInt64 {
        var copy = address
        return withUnsafeBytes(of: &copy) { ByteComparison.hash($0.bindMemory(to: UInt8.self)) }
    }

    /// Writes another number into the kept head.
    private mutating func renumber(
        _ exchange: ExchangePointer, _ place: WritableKeyPath<Exchange, Exchange.Run>, _ value: UInt64
    ) {
        let old = exchange.pointee[keyPath: place]
        guard old.count > 0, value > 0 else { return }
        blocks.reserve(20, in: &exchange.pointee.head)
        var digits = InlineArray<24, UInt8>(repeating: 0)
        withUnsafeMutableBytes(of: &digits) { memory in
            var writer = ByteWriter(memory)
            writer.number(value)
            let range = Int(old.start)..<Int(old.start) + Int(old.count)
            exchange.pointee.head.replace(range, with: writer.written)
            exchange.pointee.moveRuns(behind: old.start, by: writer.count - Int(old.count))
            exchange.pointee[keyPath: place] = Exchange.Run(start: old.start, count: UInt32(writer.count))
        }
    }

    /// How many attempts there were, where the configuration asks to tell the client.
    func writeAttempts(_ exchange: ExchangePointer, _ writer: inout ByteWriter) {
        guard exchange.pointee.flags.contains(.tellsAttempts) else { return }
        writer.text("x-envoy-attempt-count: ")
        writer.number(UInt64(exchange.pointee.retry.attempt))
        writer.text("\r\n")
    }
}

extension Exchange {
    /// Bytes were put in or taken out at `position`: runs behind it stand elsewhere now.
    mutating func moveRuns(behind position: UInt32, by distance: Int) {
        guard distance != 0 else { return }
        func moved(_ run: Run) -> Run {
            guard run.count > 0, run.start > position else { return run }
            return Run(start: UInt32(Int(run.start) + distance), count: run.count)
        }
        requestID = moved(requestID)
        failure = moved(failure)
        upstreamAuthority = moved(upstreamAuthority)
        attemptCount = moved(attemptCount)
        expectedTimeout = moved(expectedTimeout)
        grpcTimeout = moved(grpcTimeout)
    }
}

extension AnswerFacts {
    init(_ status: UInt16, _ answer: RequestView, _ plan: RetryPlan) {
        self.status = status
        isRateLimitedByEnvoy = answer.firstHeader("x-envoy-ratelimited") != nil
        if let value = answer.firstHeader("grpc-status") {
            grpcStatus = 0
            for byte in answer[value].prefix(4) {
                guard byte &- 0x30 < 10 else {
                    grpcStatus = -1
                    break
                }
                grpcStatus = grpcStatus * 10 + Int32(byte - 0x30)
            }
        }
        if plan.conditions.contains(.retriableHeaders) {
            hasRetriableHeader = plan.responseHeaders.contains { $0.matches(answer) }
        }
    }
}

extension RequestView {
    /// The first header with this name, which is in lower case.
    func firstHeader(_ name: StaticString) -> ByteRange? {
        firstHeader(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }
}
