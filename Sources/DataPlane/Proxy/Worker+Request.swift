internal import CPetrelSystem
internal import Telemetry
internal import TrafficModel

/// The parts of one request that the worker handles while it starts it.
/// Ranges count in `bytes`.
struct RequestParts {
    var bytes: UnsafeMutablePointer<UInt8>
    /// Where the head was received, and what came behind it.
    let received: UnsafeMutablePointer<UInt8>
    var count: Int
    var semantics: HTTP1Semantics
    var path: Range<Int>
    var authority: Range<Int>
    var view: RequestView
    /// The port that the client connected to.
    var port: UInt16 = 0

    func buffer(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: bytes + range.lowerBound, count: range.count)
    }
}

extension Worker {
    /// Starts the exchange of the head just parsed. True when the next
    /// request may be read at once.
    mutating func beginExchange(
        _ connection: ConnectionPointer, _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int
    ) -> Bool {
        guard let workload = connection.pointee.workload else { return false }
        timers.disarm(Self.timer(connection))
        let generation = connection.pointee.slot.generation
        let headCount = head.pointee.count
        let fromBlock = !connection.pointee.inbound.isEmpty
        let exchange = openExchange(connection, workload.pointee.snapshot)
        var used = headCount
        startRequest(exchange, connection, bytes, count, &used)
        guard connection.pointee.slot.generation == generation else { return false }
        if fromBlock {
            if !connection.pointee.inbound.isEmpty {
                connection.pointee.inbound.consume(min(used, connection.pointee.inbound.count))
                if connection.pointee.inbound.isEmpty { blocks.release(&connection.pointee.inbound) }
            }
        } else if used < count, connection.pointee.role == .downstreamHTTP {
            let rest = UnsafeRawBufferPointer(start: bytes + used, count: count - used)
            blocks.append(rest, to: &connection.pointee.inbound)
        }
        return true
    }

    /// A new exchange that holds the configuration in force.
    mutating func openExchange(_ connection: ConnectionPointer, _ snapshot: SnapshotPointer) -> ExchangePointer {
        let exchange = exchanges.allocate()
        exchange.pointee.downstream = connection
        exchange.pointee.snapshot = snapshot
        snapshot.pointee.uses += 1
        exchange.pointee.started = now
        exchange.pointee.lastActivity = now
        connection.pointee.exchange = exchange
        connection.pointee.requests &+= 1
        metrics.shard.add(metrics.requestsActive, 1)
        return exchange
    }

    /// A request that isn't HTTP as we understand it.
    mutating func refuseRequest(_ connection: ConnectionPointer, _ violation: HTTP1Violation) {
        guard let workload = connection.pointee.workload else { return }
        let exchange = openExchange(connection, workload.pointee.snapshot)
        refuseHead(exchange, violation)
    }

    private mutating func refuseHead(_ exchange: ExchangePointer, _ violation: HTTP1Violation) {
        exchange.pointee.flags.insert(.closeDownstream)
        exchange.pointee.request = BodyReader(.none)
        let reason: Reason = violation.status == 431 ? .requestTooLarge : .downstreamProtocolError
        reply(exchange, status: violation.status, reason, detail: violation.sentence.description)
    }

    /// A body that broke its framing while it was passed on.
    mutating func refuseBody(_ exchange: ExchangePointer, _ violation: HTTP1Violation) {
        exchange.pointee.flags.insert(.closeDownstream)
        exchange.pointee.request.finish()
        detachUpstream(exchange, mayStay: false)
        if exchange.pointee.flags.contains(.responseStarted) {
            exchange.pointee.reason = .downstreamProtocolError
            return cutDownstream(exchange)
        }
        reply(exchange, status: 400, .downstreamProtocolError, detail: violation.sentence.description)
    }

    // MARK: - Deciding

    private mutating func startRequest(
        _ exchange: ExchangePointer, _ connection: ConnectionPointer, _ bytes: UnsafeMutablePointer<UInt8>,
        _ count: Int, _ used: inout Int
    ) {
        let span = Span(_unsafeElements: UnsafeBufferPointer(start: bytes, count: count))
        let semantics = HTTP1Semantics.ofRequest(span, head.pointee)
        if semantics.violation != .none { return refuseHead(exchange, semantics.violation) }
        guard isKnownMethod(span) else { return refuseHead(exchange, .invalidMethod) }
        noteMethod(exchange, span)
        if semantics.isGRPC { exchange.pointee.flags.insert(.isGRPC) }
        if head.pointee.minorVersion == 0 { exchange.pointee.flags.insert(.clientHTTP10) }
        if semantics.wantsClose || (head.pointee.minorVersion == 0 && !semantics.wantsKeepAlive) {
            exchange.pointee.flags.insert(.closeDownstream)
        }
        exchange.pointee.request = BodyReader(semantics.framing)
        guard let snapshot = exchange.pointee.snapshot, let decision = currentDecision(connection, snapshot) else {
            exchange.pointee.flags.insert(.closeDownstream)
            return reply(exchange, status: 503, .noFilterChain, detail: "")
        }
        guard
            var parts = makeParts(
                bytes, count, semantics, isSecure: (connection.pointee.stream?.pointee.carrier ?? connection).pointee.session != nil)
        else {
            exchange.pointee.flags.insert(.closeDownstream)
            return refuseHead(exchange, .invalidTarget)
        }
        parts.port = connection.pointee.local.port
        let tables = snapshot.pointee.tables
        let manager = tables.listeners[Int(decision.listener)].chains[Int(decision.chain)].manager
        if manager[0].maximumRequests > 0, connection.pointee.requests >= manager[0].maximumRequests {
            exchange.pointee.flags.insert(.closeDownstream)
        }
        // Its life is over: this request is the last one.
        if connection.pointee.lifetimeEnd > 0, milliseconds >= connection.pointee.lifetimeEnd {
            exchange.pointee.flags.insert(.closeDownstream)
        }
        if workloadIsDraining(connection) { exchange.pointee.flags.insert(.closeDownstream) }
        noteRequest(exchange, parts)
        if head.pointee.minorVersion == 0, !manager[0].acceptsHTTP10 {
            exchange.pointee.flags.insert(.closeDownstream)
            exchange.pointee.request.finish()
            return reply(exchange, status: 426, .downstreamProtocolError, detail: "HTTP/1.0 is not accepted here")
        }
        if isMethod(span, "CONNECT") { exchange.pointee.flags.insert([.connect, .closeDownstream]) }
        switch adjust(&parts, manager[0]) {
        case .unchanged, .changed: break
        case .rejected:
            exchange.pointee.flags.insert(.closeDownstream)
            return reply(exchange, status: 400, .downstreamProtocolError, detail: "the path is not allowed")
        case .redirected:
            return redirect(exchange, to: String(decoding: parts.buffer(parts.path), as: UTF8.self), status: 307)
        }
        if let violation = checkHead(parts, manager[0]) { return refuseHead(exchange, violation) }
        var facts = facts(connection)
        if manager[0].usesRemoteAddress || exchange.pointee.flags.contains(.forwardedFor) {
            manager[0].trustForwardedFor(parts.view, &facts)
            exchange.pointee.clientAddress = petrel_address(facts.sourceAddress, port: facts.sourcePort)
        }
        let chosen = tables.decide(parts.view, on: decision, facts: facts, random: random.next())
        exchange.pointee.decision = chosen
        if chosen.verdict != .denied, !runFilters(exchange, parts, chosen, tables, facts) { return }
        switch chosen.verdict {
        case .allowed:
            if semantics.upgrade, semantics.nominatesUpgrade, !offersOnlyHTTP2(parts) {
                if refusesUpgrade(parts, chosen, tables) {
                    exchange.pointee.flags.insert(.closeDownstream)
                    return reply(exchange, status: 403, .upgradeRefused, detail: "this upgrade is not allowed here")
                }
                exchange.pointee.flags.insert(.upgrade)
            }
            if exchange.pointee.flags.contains(.connect) {
                guard acceptsConnect(exchange, chosen, tables) else {
                    return reply(exchange, status: 403, .upgradeRefused, detail: "CONNECT is not accepted here")
                }
            }
            forward(exchange, connection, &parts, chosen, manager, facts, &used)
        case .directResponse:
            replyDirectly(exchange, parts, chosen, tables, facts)
        case .failed where chosen.reason == .tlsRequired:
            // Says where the same can be had over TLS.
            replyDirectly(exchange, parts, chosen, tables, facts)
        case .denied, .failed:
            reply(exchange, status: Int(chosen.status), chosen.reason, detail: "")
        }
    }

    /// The decision of the connection under the configuration in force: a
    /// kept-alive connection follows a change.
    private mutating func currentDecision(
        _ connection: ConnectionPointer, _ snapshot: SnapshotPointer
    ) -> ConnectionDecision? {
        if connection.pointee.serial == snapshot.pointee.serial { return connection.pointee.decision }
        guard connection.pointee.listenerIndex >= 0,
            !snapshot.pointee.tables.listeners.isVacant(Int(connection.pointee.listenerIndex))
        else { return nil }
        let decision = snapshot.pointee.tables.decide(
            facts(connection), on: Int(connection.pointee.listenerIndex), random: random.next())
        guard decision.verdict == .allowed, decision.handling == .http else { return nil }
        connection.pointee.decision = decision
        connection.pointee.serial = snapshot.pointee.serial
        return decision
    }

    private func workloadIsDraining(_ connection: ConnectionPointer) -> Bool {
        drainDeadline != 0 || connection.pointee.workload?.pointee.isDraining ?? true
    }

    private func isMethod(_ span: Span<UInt8>, _ name: StaticString) -> Bool {
        guard head.pointee.methodCount == name.utf8CodeUnitCount else { return false }
        for offset in 0..<head.pointee.methodCount
        where span[head.pointee.methodStart + offset] != name.utf8Start[offset] {
            return false
        }
        return true
    }

    /// Envoy's list: what isn't on it is refused, as Envoy does by default.
    private func isKnownMethod(_ span: Span<UInt8>) -> Bool {
        let start = head.pointee.methodStart
        let count = head.pointee.methodCount
        if count == 3, span[start] == 0x47, span[start + 1] == 0x45, span[start + 2] == 0x54 { return true }
        return HTTPDetector.couldBeMethod(span, start, count, complete: true) && !isMethod(span, "PRI")
    }

    private func noteMethod(_ exchange: ExchangePointer, _ span: Span<UInt8>) {
        switch head.pointee.methodCount {
        case 3 where isMethod(span, "GET") || isMethod(span, "PUT"): exchange.pointee.flags.insert(.idempotent)
        case 4 where isMethod(span, "HEAD"): exchange.pointee.flags.insert([.idempotent, .isHead])
        case 6 where isMethod(span, "DELETE"): exchange.pointee.flags.insert(.idempotent)
        case 7 where isMethod(span, "OPTIONS"): exchange.pointee.flags.insert(.idempotent)
        case 5 where isMethod(span, "TRACE"): exchange.pointee.flags.insert(.idempotent)
        default: return
        }
    }

    // MARK: - Target

    /// Splits the target and puts together what matching looks at. Room for
    /// a few bytes behind `count` is the caller's duty.
    private func makeParts(
        _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ semantics: HTTP1Semantics, isSecure: Bool
    ) -> RequestParts? {
        // The scheme and a path for targets without one, behind the bytes.
        let suffix: StaticString = "https/"
        for offset in 0..<6 { bytes[count + offset] = suffix.utf8Start[offset] }
        var path = head.pointee.target
        var authority = semantics.host >= 0 ? head.pointee.value(semantics.host) : count..<count
        let first = bytes[path.lowerBound]
        let isConnect = head.pointee.methodCount == 7 && bytes[head.pointee.methodStart] == 0x43
        if isConnect {
            // It has no path: only routes that ask for CONNECT match.
            authority = path
            path = (count + 6)..<(count + 6)
        } else if first == 0x2a {
            let isOptions = head.pointee.methodCount == 7 && bytes[head.pointee.methodStart] == 0x4f
            guard path.count == 1, isOptions else { return nil }
        } else if first != 0x2f {
            guard let split = splitAbsolute(bytes, path, count) else { return nil }
            authority = split.authority
            path = split.path
        }
        for index in path where bytes[index] == 0x23 { return nil }
        let all = UnsafeBufferPointer(start: UnsafePointer(bytes), count: count + 6)
        let view = RequestView(
            bytes: all, method: range(head.pointee.method), path: range(path), authority: range(authority),
            scheme: ByteRange(offset: UInt32(count), length: isSecure ? 5 : 4), headers: head.pointee.view)
        return RequestParts(
            bytes: bytes, received: bytes, count: count, semantics: semantics, path: path, authority: authority, view: view)
    }

    /// `http://host/path`, as clients send to an explicit proxy.
    private func splitAbsolute(
        _ bytes: UnsafeMutablePointer<UInt8>, _ target: Range<Int>, _ count: Int
    ) -> (authority: Range<Int>, path: Range<Int>)? {
        let span = Span(_unsafeElements: UnsafeBufferPointer(start: bytes, count: target.upperBound))
        var start = target.lowerBound
        if target.count > 7, HTTP1Semantics.equals(span, start..<start + 7, "http://") {
            start += 7
        } else if target.count > 8, HTTP1Semantics.equals(span, start..<start + 8, "https://") {
            start += 8
        } else {
            return nil
        }
        var end = start
        while end < target.upperBound, bytes[end] != 0x2f {
            if bytes[end] == 0x3f || bytes[end] == 0x23 { return nil }
            end += 1
        }
        guard HTTP1Semantics.isHost(span, start..<end) else { return nil }
        let path = end < target.upperBound ? end..<target.upperBound : (count + 5)..<(count + 6)
        return (start..<end, path)
    }

    @inline(__always)
    private func range(_ range: Range<Int>) -> ByteRange {
        ByteRange(offset: UInt32(truncatingIfNeeded: range.lowerBound), length: UInt32(truncatingIfNeeded: range.count))
    }

    /// Normalises path and host as the connection manager asks.
    private func adjust(_ parts: inout RequestParts, _ manager: borrowing ConnectionManagerPlan) -> PathNormalization {
        stripHost(&parts, manager)
        if parts.path.isEmpty { return .unchanged }
        // The new path must lie in one memory with the head: the upper half of
        // the scratch memory, which nothing else uses before the head is sent.
        let half = Self.scratchCapacity / 2
        let copy = scratch + half
        let place = head.pointee.count + 8
        let room = UnsafeMutableBufferPointer(start: copy + place, count: half - place)
        var writer = TrafficModel.ByteWriter(room)
        let outcome = manager.normalize(path: parts.buffer(parts.path), into: &writer)
        if outcome == .unchanged || outcome == .rejected { return outcome }
        guard !writer.overflowed else { return .rejected }
        copy.update(from: parts.bytes, count: head.pointee.count)
        for offset in 0..<5 { copy[head.pointee.count + offset] = parts.bytes[parts.count + offset] }
        parts.bytes = copy
        parts.path = place..<(place + writer.count)
        parts.view.bytes = UnsafeBufferPointer(start: UnsafePointer(copy), count: parts.path.upperBound)
        parts.view.path = range(parts.path)
        parts.view.scheme = ByteRange(offset: UInt32(head.pointee.count), length: parts.view.scheme.length)
        return outcome
    }

    /// What the connection manager says about heads as a whole; nil when this one is well.
    private func checkHead(_ parts: RequestParts, _ manager: borrowing ConnectionManagerPlan) -> HTTP1Violation? {
        if head.pointee.count > manager.maximumHeadBytes { return .headTooLarge }
        if head.pointee.fieldCount > manager.maximumHeaders { return .tooManyHeaders }
        guard manager.underscores != .allow else { return nil }
        for index in 0..<head.pointee.fieldCount {
            guard parts.buffer(head.pointee.name(index)).contains(0x5f) else { continue }
            if manager.underscores == .reject { return .underscoreInName }
            head.pointee.drop(index)
        }
        return nil
    }

    private func stripHost(_ parts: inout RequestParts, _ manager: borrowing ConnectionManagerPlan) {
        let stripsOwnPort = manager.stripsMatchingHostPort
        let stripsPort = manager.stripsAnyHostPort || (stripsOwnPort && isOwnPort(parts))
        let stripsDot = manager.stripsTrailingHostDot
        guard stripsPort || stripsDot else { return }
        var end = parts.authority.upperBound
        if stripsPort {
            var index = end
            while index > parts.authority.lowerBound, parts.bytes[index - 1] &- 0x30 < 10 { index -= 1 }
            if index > parts.authority.lowerBound, index < end, parts.bytes[index - 1] == 0x3a { end = index - 1 }
        }
        if stripsDot { end = withoutTrailingDot(parts.bytes, parts.authority.lowerBound, end) }
        parts.authority = parts.authority.lowerBound..<end
        parts.view.authority = range(parts.authority)
    }

    /// Whether the port in Host is the one that the client connected to.
    private func isOwnPort(_ parts: RequestParts) -> Bool {
        var port: UInt32 = 0
        var power: UInt32 = 1
        for byte in parts.buffer(parts.authority).reversed() {
            guard byte &- 0x30 < 10, power < 1_000_000 else { break }
            port += UInt32(byte - 0x30) * power
            power *= 10
        }
        return port == UInt32(parts.port)
    }

    /// Takes the dot out of `host.` and `host.:port`; the new end.
    private func withoutTrailingDot(_ bytes: UnsafeMutablePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        var dot = end
        while dot > start, bytes[dot - 1] &- 0x30 < 10 { dot -= 1 }
        dot = dot > start && bytes[dot - 1] == 0x3a ? dot - 1 : end
        guard dot > start, bytes[dot - 1] == 0x2e else { return end }
        for index in dot..<end { bytes[index - 1] = bytes[index] }
        return end - 1
    }

    /// `Upgrade: h2c` is an offer that may be passed over; clients of the Java
    /// platform make it with every first request.
    private func offersOnlyHTTP2(_ parts: RequestParts) -> Bool {
        let span = Span(_unsafeElements: UnsafeBufferPointer(start: parts.bytes, count: head.pointee.count))
        for index in 0..<head.pointee.fieldCount where head.pointee.kind(index) == .upgrade {
            if !HTTP1Semantics.equals(span, head.pointee.value(index), "h2c") { return false }
        }
        return true
    }

    private func refusesUpgrade(_ parts: RequestParts, _ decision: RequestDecision, _ tables: TrafficTables) -> Bool {
        for index in 0..<head.pointee.fieldCount where head.pointee.kind(index) == .upgrade {
            let value = parts.buffer(head.pointee.value(index))
            if tables.allowsUpgrade(decision, to: value) { return false }
        }
        return true
    }
}
