internal import CPetrelSystem
internal import TrafficModel

// The shell around `RequestLimits`: which limits a request has, and what follows when one is reached.

extension Worker {
    /// Takes the limits of the route and the connection manager.
    func noteLimits(
        _ exchange: ExchangePointer, _ request: RequestView, _ route: borrowing RoutePlan,
        _ manager: borrowing ConnectionManagerPlan
    ) {
        let grpc = route.maximumGRPCTimeoutMilliseconds == nil ? nil : GRPCTimeout.of(request)
        exchange.pointee.timeoutMilliseconds = route.timeout(grpc)
        if let grpc, !route.replacesTimeoutByDuration || grpc.milliseconds != nil {
            exchange.pointee.flags.insert(.limitsGRPC)
        }
        let perTry = exchange.pointee.snapshot.flatMap { snapshot in
            exchange.pointee.decision.flatMap { snapshot.pointee.tables.retryPlan($0).first?.perTryMilliseconds }
        }
        let attempt = UInt64(max(0, perTry ?? 0))
        let whole = exchange.pointee.timeoutMilliseconds
        // As in Envoy: one attempt that may take as long as the whole has no limit of its own.
        exchange.pointee.attemptMilliseconds = whole > 0 && attempt >= whole ? 0 : attempt
        let idle = manager.streamIdleTimeoutMilliseconds ?? 0
        exchange.pointee.limits.idle = UInt64(max(0, route.idleTimeoutMilliseconds ?? idle))
        let started = exchange.pointee.started / 1_000_000
        let most = manager.maximumStreamMilliseconds ?? 0
        let duration = route.streamDuration(grpc) ?? most
        if duration > 0 { exchange.pointee.limits.stream = started &+ UInt64(duration) }
        if let limit = manager.requestTimeoutMilliseconds, limit > 0, !exchange.pointee.request.isDone {
            exchange.pointee.limits.arrival = started &+ UInt64(limit)
        }
    }

    /// Takes the longest life of an HTTP client's connection (`max_connection_duration`).
    func noteLifetime(_ connection: ConnectionPointer, _ snapshot: SnapshotPointer, _ decision: ConnectionDecision) {
        guard decision.handling == .http,
            let limit = snapshot.pointee.tables.chain(of: decision).manager[0].maximumDurationMilliseconds, limit > 0
        else { return }
        connection.pointee.lifetimeEnd = connection.pointee.opened / 1_000_000 &+ UInt64(limit)
    }

    /// What the origin is told: how long the answer may take.
    func expectedMilliseconds(_ exchange: ExchangePointer) -> UInt64 {
        let whole = exchange.pointee.timeoutMilliseconds
        var expected = exchange.pointee.attemptMilliseconds
        if expected == 0 { expected = whole }
        guard whole > 0, exchange.pointee.limits.request > 0 else { return expected }
        let due = exchange.pointee.limits.request
        return milliseconds >= due ? 1 : min(expected, due - milliseconds)
    }

    /// All of the request is there: the route's time starts to count.
    mutating func requestComplete(_ exchange: ExchangePointer) {
        exchange.pointee.limits.arrival = 0
        if exchange.pointee.mirrors != 0 { sendMirrors(exchange) }
        if exchange.pointee.timeoutMilliseconds > 0, exchange.pointee.limits.request == 0 {
            exchange.pointee.limits.request = milliseconds &+ exchange.pointee.timeoutMilliseconds
        }
        if exchange.pointee.upstream != nil, exchange.pointee.flags.contains(.requestSent) {
            startAttemptLimits(exchange)
        } else {
            armExchange(exchange)
        }
    }

    /// All of the request is sent: the attempt's time starts to count.
    mutating func startAttemptLimits(_ exchange: ExchangePointer) {
        let limit = exchange.pointee.attemptMilliseconds
        if limit > 0, exchange.pointee.limits.attempt == 0 {
            exchange.pointee.limits.attempt = milliseconds &+ limit
        }
        exchange.pointee.limits.attemptIdleRuns = exchange.pointee.limits.attemptIdle > 0
        armExchange(exchange)
    }

    mutating func armExchange(_ exchange: ExchangePointer) {
        let due = exchange.pointee.limits.next(lastActivity: exchange.pointee.lastActivityMilliseconds)
        if due > 0 {
            timers.arm(Self.timer(exchange), at: due)
        } else {
            timers.disarm(Self.timer(exchange))
        }
    }

    /// An exchange's timer fired.
    mutating func timedOut(_ exchange: ExchangePointer) {
        let last = exchange.pointee.lastActivityMilliseconds
        switch exchange.pointee.limits.expire(at: milliseconds, lastActivity: last) {
        case .nothing: armExchange(exchange)
        case .wake:
            if exchange.pointee.flags.contains(.waitsForRetry) {
                startRetry(exchange)
            } else if exchange.pointee.flags.contains(.delayed) {
                endDelay(exchange)
            } else {
                armExchange(exchange)
            }
        case .arrival: endLate(exchange, 408, .streamIdleTimeout, "the request did not arrive in time")
        case .request:
            if !exchange.pointee.flags.contains(.responseStarted) { report(exchange.pointee.endpoint, .timedOut) }
            let limit = exchange.pointee.timeoutMilliseconds
            endLate(exchange, 504, .upstreamTimeout, "no answer within \(limit) ms")
        case .idle:
            let status = exchange.pointee.request.isDone ? 504 : 408
            endLate(exchange, status, .streamIdleTimeout, "nothing moved for \(exchange.pointee.limits.idle) ms")
        case .stream:
            let status = exchange.pointee.request.isDone ? 504 : 408
            endLate(exchange, status, .maximumDuration, "the request took longer than its max_stream_duration")
        case .attempt:
            let limit = exchange.pointee.attemptMilliseconds
            attemptTimedOut(exchange, "no answer within \(limit) ms, the time of one attempt")
        case .attemptIdle:
            let limit = exchange.pointee.limits.attemptIdle
            attemptTimedOut(exchange, "nothing moved for \(limit) ms, the idle time of one attempt")
        }
    }

    private mutating func attemptTimedOut(_ exchange: ExchangePointer, _ detail: String) {
        if exchange.pointee.flags.contains(.responseStarted) { return armExchange(exchange) }
        report(exchange.pointee.endpoint, .timedOut)
        detachUpstream(exchange, mayStay: false)
        attemptFailed(exchange, .timeout, .upstreamTimeout, detail)
    }

    private mutating func endLate(_ exchange: ExchangePointer, _ status: Int, _ reason: Reason, _ detail: String) {
        removePending(exchange)
        if exchange.pointee.flags.contains(.responseStarted) {
            exchange.pointee.reason = reason
            return cutDownstream(exchange)
        }
        reply(exchange, status: status, reason, detail: detail)
    }
}

extension RoutePlan {
    /// The route's time for an answer in milliseconds, 0 for no limit. A gRPC client's own limit counts where the
    /// route allows that (`max_grpc_timeout`).
    func timeout(_ grpc: GRPCTimeout?) -> UInt64 {
        if replacesTimeoutByDuration { return 0 }
        guard let grpc, let most = maximumGRPCTimeoutMilliseconds else {
            return UInt64(max(0, timeoutMilliseconds ?? 0))
        }
        let own = grpc.milliseconds ?? 0
        let limit = UInt64(max(0, most))
        return limit > 0 && (own == 0 || own > limit) ? limit : own
    }

    /// The route's `max_stream_duration`; nil leaves the manager's, 0 is none.
    func streamDuration(_ grpc: GRPCTimeout?) -> Int64? {
        guard replacesTimeoutByDuration else { return nil }
        if let own = grpc?.milliseconds, let most = maximumGRPCTimeoutMilliseconds {
            let capped = most > 0 ? min(own, UInt64(most)) : own
            return Int64(clamping: capped)
        }
        return maximumStreamMilliseconds
    }
}
