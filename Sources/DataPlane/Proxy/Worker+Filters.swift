internal import CPetrelSystem
internal import Telemetry
internal import TrafficModel

// HTTP filters before the router, in the order of the configuration. Access rules are part of the decision.

extension Worker {
    /// Runs the filters on a request that was decided; false when one of them answered it.
    mutating func runFilters(
        _ exchange: ExchangePointer, _ parts: RequestParts, _ decision: RequestDecision, _ tables: TrafficTables,
        _ facts: ConnectionFacts
    ) -> Bool {
        let filters = tables.filters(of: decision)
        // The router alone, or with access rules that have been asked.
        guard filters.count > 1 else { return true }
        for index in 0..<filters.count {
            switch filters[index].kind {
            case .accessRules, .router, .dynamicForwardProxy: continue
            case .rateLimit:
                let plan = tables.rateLimit(decision, filters[index])
                if !plan.isEmpty, !passesRateLimit(exchange, plan) { return false }
            case .cors:
                let plan = tables.corsPlan(decision, filters[index])
                if !plan.isEmpty, !passesCORS(exchange, parts, plan[0]) { return false }
            case .fault:
                let plan = tables.faultPlan(decision, filters[index])
                if plan.isEmpty { continue }
                var context = FormatContext(facts: facts, request: parts.view)
                if decision.cluster >= 0 { context.upstreamCluster = tables.clusters[Int(decision.cluster)].name }
                if plan[0].applies(to: context), !passesFault(exchange, plan[0], decision) { return false }
            }
        }
        return true
    }

    // MARK: - Local rate limit

    private mutating func passesRateLimit(_ exchange: ExchangePointer, _ plan: FlatArray<RateLimitPlan>) -> Bool {
        let dice = random.next()
        guard UInt32(truncatingIfNeeded: dice) % 1_000_000 < plan[0].enabledPerMillion else { return true }
        guard let snapshot = exchange.pointee.snapshot else { return true }
        if bucket(of: plan, snapshot).take(at: now) { return true }
        guard UInt32(truncatingIfNeeded: dice >> 32) % 1_000_000 < plan[0].enforcedPerMillion else {
            exchange.pointee.requestHeaders = plan[0].requestHeaders
            return true
        }
        exchange.pointee.replyHeaders = plan[0].responseHeaders
        if plan[0].isResourceExhausted { exchange.pointee.replyGRPCStatus = 8 }
        reply(exchange, status: Int(plan[0].status), .rateLimited, detail: "")
        return false
    }

    /// The bucket of a limit, one for all workers; each keeps what it asked for once.
    func bucket(of plan: FlatArray<RateLimitPlan>, _ snapshot: SnapshotPointer) -> SharedTokenBucket {
        let place = UInt(bitPattern: plan.buffer.baseAddress)
        if let known = snapshot.pointee.buckets[place] { return known }
        let bucket = settings.buckets.bucket(at: place, plan[0])
        snapshot.pointee.buckets[place] = bucket
        return bucket
    }

    // MARK: - CORS

    private mutating func passesCORS(_ exchange: ExchangePointer, _ parts: RequestParts, _ plan: CORSPlan) -> Bool {
        switch CrossOrigin.decide(parts.view, plan, random: random.next()) {
        case .pass: return true
        case .allowed:
            noteOrigin(exchange, parts)
            return true
        case .preflight:
            noteOrigin(exchange, parts)
            exchange.pointee.flags.insert(.preflight)
            answerPreflight(exchange)
            return false
        case .refusedPreflight:
            exchange.pointee.flags.insert(.preflight)
            answerPreflight(exchange)
            return false
        }
    }

    private mutating func noteOrigin(_ exchange: ExchangePointer, _ parts: RequestParts) {
        guard let origin = parts.view.firstHeader("origin") else { return }
        let value = parts.view[origin]
        let start = exchange.pointee.head.count
        blocks.append(UnsafeRawBufferPointer(value), to: &exchange.pointee.head)
        exchange.pointee.origin = Exchange.Run(
            start: UInt32(truncatingIfNeeded: start), count: UInt32(truncatingIfNeeded: value.count))
    }

    /// Adds what allows the origin of a request to read the answer.
    func allowOrigin(
        _ exchange: ExchangePointer, _ edits: inout HeaderEdits, fields: UnsafeBufferPointer<HeaderField>,
        bytes: UnsafeBufferPointer<UInt8>
    ) {
        let isPreflight = exchange.pointee.flags.contains(.preflight)
        guard isPreflight || exchange.pointee.origin.count > 0, let snapshot = exchange.pointee.snapshot,
            let decision = exchange.pointee.decision, let plan = snapshot.pointee.tables.corsPlan(decision).first
        else { return }
        func set(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
            if value.count > 0 { edits.set(name, value, fields: fields, bytes: bytes) }
        }
        func set(_ name: StaticString, _ value: FlatText) { set(name, UnsafeRawBufferPointer(value.buffer)) }
        set("access-control-allow-origin", exchange.pointee.bytes(exchange.pointee.origin))
        let yes: StaticString = "true"
        if plan.allowsCredentials {
            set(
                "access-control-allow-credentials",
                UnsafeRawBufferPointer(start: yes.utf8Start, count: yes.utf8CodeUnitCount))
        }
        if isPreflight {
            set("access-control-allow-methods", plan.allowMethods)
            set("access-control-allow-headers", plan.allowHeaders)
            set("access-control-max-age", plan.maximumAge)
        }
        // Envoy says it to an allowed preflight as well.
        if exchange.pointee.origin.count > 0 { set("access-control-expose-headers", plan.exposeHeaders) }
    }

    // MARK: - Fault injection

    private mutating func passesFault(
        _ exchange: ExchangePointer, _ plan: FaultPlan, _ decision: RequestDecision
    ) -> Bool {
        let fault = FaultInjection(plan, active: activeFaults, random: random.next())
        if fault.isNothing { return true }
        if fault.delayMilliseconds > 0, decision.verdict == .allowed {
            activeFaults += 1
            exchange.pointee.fault = fault
            exchange.pointee.flags.insert([.delayed, .wasDelayed])
            return true
        }
        guard fault.abortStatus > 0 else { return true }
        exchange.pointee.fault = fault
        exchange.pointee.replyGRPCStatus = fault.abortGRPCStatus
        reply(exchange, status: Int(fault.abortStatus), .faultAborted, detail: "")
        return false
    }

    /// Sends a prepared request on its way, or holds it for as long as a fault says.
    mutating func begin(_ exchange: ExchangePointer) {
        guard exchange.pointee.flags.contains(.delayed) else { return start(exchange) }
        exchange.pointee.limits.wake = milliseconds &+ exchange.pointee.fault.delayMilliseconds
        armExchange(exchange)
    }

    /// A fault's delay is over.
    mutating func endDelay(_ exchange: ExchangePointer) {
        forgetDelay(exchange)
        exchange.pointee.lastActivity = now
        let fault = exchange.pointee.fault
        guard fault.abortStatus > 0 else { return start(exchange) }
        exchange.pointee.replyGRPCStatus = fault.abortGRPCStatus
        reply(exchange, status: Int(fault.abortStatus), .faultAborted, detail: "")
    }

    /// The request is no longer held.
    mutating func forgetDelay(_ exchange: ExchangePointer) {
        guard exchange.pointee.flags.contains(.delayed) else { return }
        exchange.pointee.flags.remove(.delayed)
        activeFaults -= 1
    }
}
