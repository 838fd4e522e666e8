internal import CPetrelSystem
internal import Telemetry
internal import TrafficModel

extension Worker {
    /// Decides at once where no byte is needed: a server that speaks first
    /// must not wait for a client that doesn't.
    mutating func startInspection(_ connection: ConnectionPointer, _ snapshot: SnapshotPointer) {
        let tables = snapshot.pointee.tables
        let place = effectiveListener(connection, snapshot)
        let port = connection.pointee.local.port
        let needsTLS = tables.listeners[place].inspection.inspectsTLS(port: port)
        let needsHTTP = tables.listeners[place].inspection.inspectsHTTP(port: port)
        if !needsTLS && !needsHTTP {
            return choose(connection, snapshot, facts(connection))
        }
        if tables.listeners[place].chains.count <= 1, let early = undisputed(connection, tables) {
            return carryOut(early, connection, snapshot)
        }
        let limit = tables.listeners[place].inspection.timeoutMilliseconds
        if limit > 0 { arm(connection, after: UInt64(limit)) }
        // Bytes are often there already, but their event comes anyway.
    }

    /// The decision, when the client's bytes can't change it.
    private func undisputed(_ connection: ConnectionPointer, _ tables: TrafficTables) -> ConnectionDecision? {
        var plain = facts(connection)
        plain.detected = .none
        var http = plain
        http.detected = .http11
        var secure = plain
        secure.transportProtocol = .tls
        let listener = Int(connection.pointee.listenerIndex)
        let first = tables.decide(plain, on: listener, random: 0)
        let second = tables.decide(http, on: listener, random: 0)
        let third = tables.decide(secure, on: listener, random: 0)
        let same = first.chain == second.chain && first.chain == third.chain && first.handling == .tcp
        guard same, first.chain >= 0 else { return nil }
        // There the server name says where to go.
        return tables.chain(of: first).dynamicForwardPort > 0 ? nil : first
    }

    private func effectiveListener(_ connection: ConnectionPointer, _ snapshot: SnapshotPointer) -> Int {
        let accepting = Int(connection.pointee.listenerIndex)
        let tables = snapshot.pointee.tables
        guard tables.listeners[accepting].useOriginalDestination else { return accepting }
        let local = connection.pointee.local
        return tables.listener(forDestination: local.ip, port: local.port) ?? accepting
    }

    /// Looks at the first bytes of a connection as far as they have come.
    mutating func inspect(_ connection: ConnectionPointer) {
        guard let workload = connection.pointee.workload else { return }
        let snapshot = workload.pointee.snapshot
        let tables = snapshot.pointee.tables
        guard !tables.listeners.isVacant(Int(connection.pointee.listenerIndex)) else {
            return refuse(connection, .noListener)
        }
        let place = effectiveListener(connection, snapshot)
        while true {
            blocks.reserve(4096, in: &connection.pointee.inbound)
            let tail = connection.pointee.inbound.tail
            guard let start = tail.baseAddress else { return }
            let count = receive(connection, start.assumingMemoryBound(to: UInt8.self), tail.count)
            if count == ReadOutcome.nothing { break }
            if count < 0 {
                if connection.pointee.inbound.isEmpty { return closeSilently(connection) }
                break
            }
            connection.pointee.inbound.filled(count)
            if connection.pointee.inbound.count >= HTTP1Head.mostBytes { break }
        }
        let port = connection.pointee.local.port
        let inspection = tables.listeners[place].inspection
        var facts = facts(connection)
        if connection.pointee.inbound.isEmpty {
            blocks.release(&connection.pointee.inbound)
            return
        }
        if inspection.inspectsTLS(port: port) {
            let memory = UnsafeMutableBufferPointer(start: scratch, count: ClientHello.mostBytes)
            switch ClientHello.parse(Span(_unsafeBytes: connection.pointee.inbound.bytes), scratch: memory) {
            case .needsMore: return waitForMore(connection)
            case .notTLS: break
            case .hello(let name, let protocols):
                facts.transportProtocol = .tls
                lowercase(memory, name)
                facts.sni = UnsafeBufferPointer(rebasing: UnsafeBufferPointer(memory)[name])
                facts.offeredProtocols = UnsafeBufferPointer(rebasing: UnsafeBufferPointer(memory)[protocols])
                connection.pointee.flags.insert(.sawTLS)
                if !name.isEmpty { keepServerName(connection, facts.sni) }
                blocks.release(&connection.pointee.offered)
                blocks.append(UnsafeRawBufferPointer(facts.offeredProtocols), to: &connection.pointee.offered)
                return choose(connection, snapshot, facts)
            }
        }
        if inspection.inspectsHTTP(port: port) {
            switch HTTPDetector.inspect(Span(_unsafeBytes: connection.pointee.inbound.bytes)) {
            case .needsMore: return waitForMore(connection)
            case .http10: connection.pointee.detected = .http10
            case .http11: connection.pointee.detected = .http11
            case .http2: connection.pointee.detected = .h2c
            case .opaque: connection.pointee.detected = .none
            }
            facts.detected = connection.pointee.detected
        }
        choose(connection, snapshot, facts)
    }

    /// Not enough bytes: wait, unless no more can come.
    private mutating func waitForMore(_ connection: ConnectionPointer) {
        if connection.pointee.flags.contains(.ended) { chooseWithoutBytes(connection) }
    }

    /// The time for inspection is over.
    mutating func inspectionTimedOut(_ connection: ConnectionPointer) {
        guard let workload = connection.pointee.workload else { return }
        let snapshot = workload.pointee.snapshot
        guard !snapshot.pointee.tables.listeners.isVacant(Int(connection.pointee.listenerIndex)) else {
            return refuse(connection, .noListener)
        }
        let place = effectiveListener(connection, snapshot)
        if snapshot.pointee.tables.listeners[place].inspection.continuesOnTimeout {
            chooseWithoutBytes(connection)
        } else {
            refuse(connection, .noFilterChain)
        }
    }

    private mutating func chooseWithoutBytes(_ connection: ConnectionPointer) {
        guard let workload = connection.pointee.workload else { return }
        choose(connection, workload.pointee.snapshot, facts(connection))
    }

    private mutating func choose(
        _ connection: ConnectionPointer, _ snapshot: SnapshotPointer, _ facts: ConnectionFacts
    ) {
        let decision = snapshot.pointee.tables.decide(
            facts, on: Int(connection.pointee.listenerIndex), random: random.next())
        carryOut(decision, connection, snapshot)
    }

    /// Turns the connection into what its filter chain says.
    mutating func carryOut(
        _ decision: ConnectionDecision, _ connection: ConnectionPointer, _ snapshot: SnapshotPointer
    ) {
        timers.disarm(Self.timer(connection))
        connection.pointee.decision = decision
        connection.pointee.serial = snapshot.pointee.serial
        if connection.pointee.session == nil, decision.chain >= 0, decision.reason != .protocolError,
            !snapshot.pointee.tables.chain(of: decision).downstreamTLS.isEmpty
        {
            // Who the client is, and what it may do, is known afterwards.
            return startSecuring(connection, snapshot, decision)
        }
        guard decision.verdict == .allowed else { return refuse(connection, decision.reason) }
        let limit = snapshot.pointee.tables.chain(of: decision).rateLimit
        if !limit.isEmpty, !bucket(of: limit, snapshot).take(at: now) { return refuse(connection, .rateLimited) }
        noteLifetime(connection, snapshot, decision)
        switch decision.handling {
        case .close: refuse(connection, decision.reason)
        case .tcp: startRelay(connection, snapshot, decision)
        case .http:
            if speaksHTTP2(connection, snapshot) { return startHTTP2(connection, snapshot) }
            connection.pointee.role = .downstreamHTTP
            armIdle(connection, snapshot)
            if !connection.pointee.inbound.isEmpty || connection.pointee.flags.contains(.readable) {
                serveDownstream(connection)
            }
        }
    }

    private func lowercase(_ memory: UnsafeMutableBufferPointer<UInt8>, _ range: Range<Int>) {
        for index in range where memory[index] &- 0x41 < 26 { memory[index] |= 0x20 }
    }

    /// Keeps the server name for the log, in front of nothing else: the
    /// connection's text block.
    private mutating func keepServerName(_ connection: ConnectionPointer, _ name: UnsafeBufferPointer<UInt8>) {
        blocks.release(&connection.pointee.serverName)
        blocks.append(UnsafeRawBufferPointer(name), to: &connection.pointee.serverName)
    }

    /// A client that went away before anything began.
    mutating func closeSilently(_ connection: ConnectionPointer) {
        metrics.shard.add(metrics.downstreamActive, -1)
        close(connection)
    }
}
