internal import CPetrelSystem
internal import Telemetry
internal import TrafficModel

extension Worker {
    /// Writes the head towards the client from the one just parsed.
    mutating func writeResponseHead(
        _ exchange: ExchangePointer, _ bytes: UnsafeRawBufferPointer, _ writer: inout ByteWriter
    ) -> Bool {
        guard let snapshot = exchange.pointee.snapshot, let decision = exchange.pointee.decision,
            let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        else { return false }
        let layers = snapshot.pointee.tables.responseMutations(decision)
        let changes = !layers.isEmpty || exchange.pointee.origin.count > 0
        var edits = changes ? responseEdits(exchange, layers, bytes) : nil
        if let edits, edits.overflowed { return false }
        writer.text("HTTP/1.1 ")
        writer.padded(UInt64(head.pointee.status), width: 3)
        writer.byte(0x20)
        if head.pointee.reasonCount > 0 {
            writer.bytes(UnsafeRawBufferPointer(start: base + head.pointee.reasonStart, count: head.pointee.reasonCount))
        } else {
            writer.text(StatusText.of(head.pointee.status))
        }
        writer.text("\r\n")
        let manager = snapshot.pointee.tables.listeners[Int(decision.listener)].chains[Int(decision.chain)].manager
        let keepsServer = manager[0].serverHeader != .overwrite
        if !keepsServer {
            edits?.remove("server", fields: head.pointee.view, bytes: bytes.bindMemory(to: UInt8.self))
        }
        var hasDate = edits?.adds("date") ?? false
        var hasVia = manager[0].via.isEmpty
        var hasServer = edits?.adds("server") ?? false
        var hasLength = false
        for index in 0..<head.pointee.fieldCount {
            switch head.pointee.kind(index) {
            case .upgrade where head.pointee.status == 101: break
            case .connection, .keepAlive, .proxyConnection, .transferEncoding, .upgrade, .envoyUpstreamServiceTime,
                .envoyDecorator:
                continue
            case .contentLength where hasLength: continue
            case .contentLength: hasLength = true
            case .date: hasDate = true
            case .server where !keepsServer: continue
            case .server: hasServer = true
            default: break
            }
            if let edits, edits.isDropped(index) { continue }
            let name = head.pointee.name(index)
            writer.lowercased(base + name.lowerBound, name.count)
            writer.text(": ")
            let value = head.pointee.value(index)
            writer.bytes(UnsafeRawBufferPointer(start: base + value.lowerBound, count: value.count))
            if !hasVia, head.pointee.kind(index) == .via {
                hasVia = true
                writer.text(", ")
                writer.bytes(UnsafeRawBufferPointer(manager[0].via.buffer))
            }
            writer.text("\r\n")
        }
        edits?.write(&writer)
        if !manager[0].suppressesEnvoyHeaders {
            writer.text("x-envoy-upstream-service-time: ")
            writer.number((exchange.pointee.firstByte &- exchange.pointee.sentUpstream) / 1_000_000)
            writer.text("\r\n")
        }
        writeOwnLines(exchange, manager[0], isViaWritten: hasVia, &writer)
        writeAttempts(exchange, &writer)
        if !hasDate { writeDate(&writer) }
        if !keepsServer || (!hasServer && manager[0].serverHeader == .appendIfAbsent) {
            writer.text("server: ")
            writer.bytes(UnsafeRawBufferPointer(manager[0].serverName.buffer))
            writer.text("\r\n")
        }
        writeFraming(exchange, &writer)
        return !writer.overflowed
    }

    /// Lines that the connection manager adds to every answer.
    func writeOwnLines(
        _ exchange: ExchangePointer, _ manager: borrowing ConnectionManagerPlan, isViaWritten: Bool,
        _ writer: inout ByteWriter
    ) {
        if exchange.pointee.cookiePolicy >= 0 { writeCookie(exchange, &writer) }
        if manager.returnsRequestID, exchange.pointee.requestID.count > 0 {
            writer.text("x-request-id: ")
            writer.bytes(exchange.pointee.bytes(exchange.pointee.requestID))
            writer.text("\r\n")
        }
        if !isViaWritten, !manager.via.isEmpty {
            writer.text("via: ")
            writer.bytes(UnsafeRawBufferPointer(manager.via.buffer))
            writer.text("\r\n")
        }
    }

    /// The cookie that keeps a client with its endpoint.
    private func writeCookie(_ exchange: ExchangePointer, _ writer: inout ByteWriter) {
        guard let snapshot = exchange.pointee.snapshot, let decision = exchange.pointee.decision, decision.route >= 0
        else { return }
        let policies = snapshot.pointee.tables.route(of: decision).hashPolicies
        let policy = policies[Int(exchange.pointee.cookiePolicy)]
        writer.text("set-cookie: ")
        writer.bytes(UnsafeRawBufferPointer(policy.name.buffer))
        writer.text("=\"")
        writer.hex(exchange.pointee.cookieValue, width: 16)
        writer.text("\"")
        if let seconds = policy.cookieLifetimeSeconds, seconds > 0 {
            writer.text("; Max-Age=")
            writer.number(UInt64(seconds))
        }
        if !policy.cookiePath.isEmpty {
            writer.text("; Path=")
            writer.bytes(UnsafeRawBufferPointer(policy.cookiePath.buffer))
        }
        writer.bytes(UnsafeRawBufferPointer(policy.cookieAttributes.buffer))
        writer.text("; HttpOnly\r\n")
    }

    private func writeFraming(_ exchange: ExchangePointer, _ writer: inout ByteWriter) {
        let isOld = exchange.pointee.flags.contains(.clientHTTP10)
        switch exchange.pointee.response.framing {
        case .chunked, .untilClose:
            if isOld {
                exchange.pointee.flags.insert(.closeDownstream)
            } else {
                exchange.pointee.flags.insert(.chunkedResponse)
                writer.text("transfer-encoding: chunked\r\n")
            }
        case .none, .length: break
        }
        if head.pointee.status == 101 {
            writer.text("connection: upgrade\r\n\r\n")
            return
        }
        if drainDeadline != 0 { exchange.pointee.flags.insert(.closeDownstream) }
        if exchange.pointee.flags.contains(.closeDownstream) {
            writer.text("connection: close\r\n")
        } else if isOld {
            writer.text("connection: keep-alive\r\n")
        }
        writer.text("\r\n")
    }

    private mutating func responseEdits(
        _ exchange: ExchangePointer, _ layers: MutationLayers, _ bytes: UnsafeRawBufferPointer
    ) -> HeaderEdits? {
        guard let snapshot = exchange.pointee.snapshot, let downstream = exchange.pointee.downstream else { return nil }
        var context = requestContext(exchange, downstream)
        context.responseBytes = bytes.bindMemory(to: UInt8.self)
        context.responseHeaders = head.pointee.view
        context.responseStatus = UInt16(head.pointee.status)
        let room = UnsafeMutableBufferPointer(start: scratch + 192 * 1024, count: 64 * 1024)
        var edits = HeaderEdits(memory: room)
        edits.apply(
            layers, snapshot.pointee.tables, context, fields: head.pointee.view, bytes: bytes.bindMemory(to: UInt8.self))
        allowOrigin(exchange, &edits, fields: head.pointee.view, bytes: bytes.bindMemory(to: UInt8.self))
        return edits
    }

    /// What formatters may refer to when only the kept parts of the request
    /// are left.
    func requestContext(_ exchange: ExchangePointer, _ downstream: ConnectionPointer) -> FormatContext {
        let all = exchange.pointee.head.bytes.bindMemory(to: UInt8.self)
        func range(_ run: Exchange.Run) -> ByteRange { ByteRange(offset: run.start, length: run.count) }
        let view = RequestView(
            bytes: all, method: range(exchange.pointee.method), path: range(exchange.pointee.path),
            authority: range(exchange.pointee.authority), scheme: ByteRange(),
            headers: UnsafeBufferPointer(start: nil, count: 0))
        var facts = facts(downstream)
        if exchange.pointee.clientAddress.family != 0 {
            facts.sourceAddress = exchange.pointee.clientAddress.ip
            facts.sourcePort = exchange.pointee.clientAddress.port
        }
        var context = FormatContext(facts: facts, request: view)
        context.isHTTP2 = downstream.pointee.stream != nil
        context.startNanoseconds = exchange.pointee.started &+ realtimeOffset
        context.hostname = hostname
        context.attempt = exchange.pointee.retry.attempt
        context.responseFlags = exchange.pointee.reason.responseFlag
        if let snapshot = exchange.pointee.snapshot, let decision = exchange.pointee.decision, decision.virtualHost >= 0 {
            let tables = snapshot.pointee.tables
            context.virtualHostName = tables.virtualHost(of: decision).name
            if decision.route >= 0 { context.routeName = tables.route(of: decision).name }
        }
        if let cluster = exchange.pointee.cluster { context.upstreamCluster = cluster.pointee.plan.name }
        if exchange.pointee.upstreamAddress.family != 0 {
            context.upstreamAddress = exchange.pointee.upstreamAddress.ip
            context.upstreamPort = exchange.pointee.upstreamAddress.port
            if let endpoint = exchange.pointee.endpoint { context.upstreamHostname = endpoint.pointee.hostname }
        }
        return context
    }

    /// `date`, written once for each second.
    mutating func writeDate(_ writer: inout ByteWriter) {
        let second = (now &+ realtimeOffset) / 1_000_000_000
        if second != dateSecond {
            dateSecond = second
            withUnsafeMutableBytes(of: &dateText) { memory in
                var text = ByteWriter(memory)
                HTTPDate.write(&text, second)
            }
        }
        writer.text("date: ")
        withUnsafeBytes(of: dateText) { writer.bytes($0) }
        writer.text("\r\n")
    }

    // MARK: - Completion

    /// The response is sent, or queued, to its last byte.
    mutating func complete(_ exchange: ExchangePointer) {
        guard let downstream = exchange.pointee.downstream else { return }
        exchange.pointee.flags.insert(.responseDone)
        let mayStay = exchange.pointee.flags.contains(.upstreamMayStay) && exchange.pointee.request.isDone
        detachUpstream(exchange, mayStay: mayStay)
        finish(exchange)
        continueDownstream(downstream)
    }

    /// Writes the log line, counts, and frees the exchange.
    mutating func finish(_ exchange: ExchangePointer) {
        timers.disarm(Self.timer(exchange))
        removePending(exchange)
        forgetDelay(exchange)
        if !exchange.pointee.flags.contains(.shadow) { report(exchange) }
        endWaiting(exchange)
        leaveEndpoint(exchange)
        endRetry(exchange)
        if let cluster = exchange.pointee.cluster { release(cluster) }
        if let downstream = exchange.pointee.downstream {
            downstream.pointee.exchange = nil
            downstream.pointee.lastActivity = now
            if exchange.pointee.flags.contains(.closeDownstream) {
                downstream.pointee.flags.insert(.lastRequest)
            }
        }
        blocks.release(&exchange.pointee.head)
        if let snapshot = exchange.pointee.snapshot { release(snapshot) }
        exchanges.free(exchange)
    }

    private mutating func report(_ exchange: ExchangePointer) {
        let took = (now &- exchange.pointee.started) / 1000
        metrics.shard.add(metrics.requests)
        metrics.shard.add(metrics.requestsActive, -1)
        metrics.shard.record(metrics.duration, microseconds: took)
        metrics.shard.add(metrics.bytesReceived, exchange.pointee.bytesReceived)
        metrics.shard.add(metrics.bytesSent, exchange.pointee.bytesSent)
        metrics.count(status: exchange.pointee.status)
        metrics.count(exchange.pointee.reason)
        recordSeries(exchange, microseconds: took)
        if settings.logFormat != nil { logExchange(exchange) }
    }

    /// After a response: the next request, or the end of the connection.
    mutating func continueDownstream(_ connection: ConnectionPointer) {
        if connection.pointee.stream != nil { return finishStream(connection) }
        if connection.pointee.flags.contains(.lastRequest) { return startLingering(connection) }
        guard let workload = connection.pointee.workload else { return closeDownstream(connection) }
        armIdle(connection, workload.pointee.snapshot)
        if connection.pointee.flags.contains(.active) { return }
        if !connection.pointee.inbound.isEmpty || connection.pointee.flags.contains(.readable) {
            serveDownstream(connection)
        }
    }

    /// Ends an exchange without an answer: its client is gone.
    mutating func abandon(_ exchange: ExchangePointer) {
        detachUpstream(exchange, mayStay: false)
        finish(exchange)
    }

    /// The response can't be completed: the client must notice that.
    mutating func cutDownstream(_ exchange: ExchangePointer) {
        let downstream = exchange.pointee.downstream
        abandon(exchange)
        guard let downstream else { return }
        // With a chunked body, or a length not reached, a FIN tells; bytes
        // already queued still go out.
        if downstream.pointee.outbound.isEmpty || downstream.pointee.stream != nil {
            closeDownstream(downstream)
        } else {
            downstream.pointee.flags.insert(.lastRequest)
            startLingering(downstream)
        }
    }
}
