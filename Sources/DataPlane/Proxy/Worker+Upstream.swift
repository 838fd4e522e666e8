internal import CPetrelSystem
internal import Telemetry
internal import TrafficModel

extension Worker {
    /// Sends a request on a connection that is ready.
    mutating func send(_ exchange: ExchangePointer, on connection: ConnectionPointer) {
        connection.pointee.exchange = exchange
        connection.pointee.requests &+= 1
        connection.pointee.lastActivity = now
        timers.disarm(Self.timer(connection))
        exchange.pointee.upstream = connection
        exchange.pointee.upstreamLocal = connection.pointee.local
        exchange.pointee.sentUpstream = now
        endWaiting(exchange)
        exchange.pointee.flags.insert(.requestSent)
        if exchange.pointee.flags.contains(.tunnel) { return startTunnel(connection, exchange) }
        if !transmit(connection, exchange.pointee.opening) {
            return upstreamBroke(connection, exchange)
        }
        if exchange.pointee.request.isDone {
            startAttemptLimits(exchange)
        } else if let downstream = exchange.pointee.downstream, !downstream.pointee.inbound.isEmpty
            || downstream.pointee.flags.contains(.readable)
        {
            serveDownstream(downstream)
        }
    }

    /// Serves a connection to an upstream: moves it on while it is new,
    /// sends what waits, reads the response.
    mutating func serveUpstream(_ connection: ConnectionPointer) {
        let generation = connection.pointee.slot.generation
        if !connection.pointee.flags.contains(.ready) {
            // A stream is ready when its carrier says so.
            guard connection.pointee.stream == nil, advance(connection) else { return }
            report(connection.pointee.endpoint, .connected)
            if connection.pointee.negotiated == .http2, speaksHTTP(connection) { return becomeCarrier(connection) }
            guard let exchange = connection.pointee.exchange else { return giveBack(connection) }
            send(exchange, on: connection)
            guard connection.pointee.slot.generation == generation else { return }
        }
        guard let exchange = connection.pointee.exchange else { return serveIdle(connection) }
        let waited = !connection.pointee.outbound.isEmpty
        if !flush(connection) { return upstreamBroke(connection, exchange) }
        if waited, connection.pointee.outbound.isEmpty, !exchange.pointee.request.isDone,
            let downstream = exchange.pointee.downstream
        {
            // The upstream took what we had: read on from the client.
            serveDownstream(downstream)
            guard connection.pointee.slot.generation == generation, connection.pointee.exchange == exchange
            else { return }
        }
        if exchange.pointee.flags.contains(.shadow) { return readShadow(connection, exchange) }
        readResponse(connection, exchange)
        if connection.pointee.slot.generation == generation { settle(connection) }
    }

    /// Whether messages go over a connection, and not the bytes of a tunnel.
    private func speaksHTTP(_ connection: ConnectionPointer) -> Bool {
        guard let exchange = connection.pointee.exchange else { return true }
        return !exchange.pointee.flags.contains(.tunnel)
    }

    /// An idle connection became readable: TLS tickets, or its end.
    private mutating func serveIdle(_ connection: ConnectionPointer) {
        let count = receive(connection, readBuffer, Self.readCapacity)
        if count == ReadOutcome.nothing, !connection.pointee.flags.contains(.peerClosed) { return }
        // The end, or bytes that nobody asked for.
        closeUpstream(connection)
    }

    // MARK: - Response

    private mutating func readResponse(_ connection: ConnectionPointer, _ exchange: ExchangePointer) {
        let generation = connection.pointee.slot.generation
        let life = exchange.pointee.slot.generation
        var rounds = 0
        while connection.pointee.slot.generation == generation, exchange.pointee.slot.generation == life,
            connection.pointee.exchange == exchange, let downstream = exchange.pointee.downstream
        {
            // A client that reads slowly stops us from reading at all.
            guard downstream.pointee.outbound.isEmpty else { return }
            rounds += 1
            if rounds > 16 { return enqueue(connection) }
            if !connection.pointee.inbound.isEmpty, !connection.pointee.flags.contains(.partialHead) {
                if !useBlock(connection, exchange) { return }
                continue
            }
            if connection.pointee.flags.contains(.partialHead) {
                if !extendResponseHead(connection, exchange) { return }
                continue
            }
            let count = receive(connection, readBuffer, Self.readCapacity)
            if count == ReadOutcome.nothing { return }
            if count < 0 { return upstreamEnded(connection, exchange, clean: count == ReadOutcome.ended) }
            let bytes = UnsafeRawBufferPointer(start: readBuffer, count: count)
            let used = useResponse(connection, exchange, bytes)
            guard used >= 0 else { return }
            if used < count, connection.pointee.slot.generation == generation {
                blocks.append(UnsafeRawBufferPointer(rebasing: bytes[used...]), to: &connection.pointee.inbound)
            }
        }
    }

    /// Uses bytes that were kept; false when the exchange is over or waits.
    private mutating func useBlock(_ connection: ConnectionPointer, _ exchange: ExchangePointer) -> Bool {
        let generation = connection.pointee.slot.generation
        let used = useResponse(connection, exchange, connection.pointee.inbound.bytes)
        guard used >= 0, connection.pointee.slot.generation == generation else { return false }
        connection.pointee.inbound.consume(min(used, connection.pointee.inbound.count))
        if connection.pointee.inbound.isEmpty { blocks.release(&connection.pointee.inbound) }
        return true
    }

    /// Reads more of a head that came in pieces.
    private mutating func extendResponseHead(_ connection: ConnectionPointer, _ exchange: ExchangePointer) -> Bool {
        blocks.reserve(4096, in: &connection.pointee.inbound)
        let tail = connection.pointee.inbound.tail
        guard let start = tail.baseAddress else { return false }
        let room = min(tail.count, Self.readCapacity)
        let count = receive(connection, start.assumingMemoryBound(to: UInt8.self), room)
        if count == ReadOutcome.nothing { return false }
        if count < 0 {
            upstreamEnded(connection, exchange, clean: count == ReadOutcome.ended)
            return false
        }
        connection.pointee.inbound.filled(count)
        connection.pointee.flags.remove(.partialHead)
        return true
    }

    /// Uses response bytes; how many, or -1 when the exchange is over.
    private mutating func useResponse(
        _ connection: ConnectionPointer, _ exchange: ExchangePointer, _ bytes: UnsafeRawBufferPointer
    ) -> Int {
        exchange.pointee.lastActivity = now
        if !exchange.pointee.flags.contains(.responseStarted) {
            return useResponseHead(connection, exchange, bytes)
        }
        var writer = ByteWriter(UnsafeMutableRawBufferPointer(start: scratch, count: Self.scratchCapacity))
        return passResponseBody(connection, exchange, bytes, &writer, headCount: 0)
    }

    private mutating func useResponseHead(
        _ connection: ConnectionPointer, _ exchange: ExchangePointer, _ bytes: UnsafeRawBufferPointer
    ) -> Int {
        let span = Span<UInt8>(_unsafeBytes: bytes)
        switch HTTP1HeadParser.parseResponse(span, into: &head.pointee) {
        case .needsMore:
            connection.pointee.flags.insert(.partialHead)
            // All of it is kept by the caller; what already lies in the
            // block stays there.
            return 0
        case .refused(let violation):
            protocolFailed(exchange, violation.sentence)
            return -1
        case .complete: break
        }
        let isHead = exchange.pointee.flags.contains(.isHead)
        let semantics = HTTP1Semantics.ofResponse(span, head.pointee, toHead: isHead)
        if semantics.violation != .none {
            protocolFailed(exchange, semantics.violation.sentence)
            return -1
        }
        if exchange.pointee.firstByte == 0 { exchange.pointee.firstByte = now }
        if head.pointee.status < 200 { return passInterim(connection, exchange, bytes) }
        report(exchange.pointee.endpoint, .status(UInt16(head.pointee.status)))
        if exchange.pointee.retry.isEnabled, retryAnswer(exchange, bytes, semantics) { return -1 }
        exchange.pointee.limits.endAttempt()
        if exchange.pointee.flags.contains(.connect), head.pointee.status < 300 {
            startUpgrade(connection, exchange, bytes)
            return -1
        }
        exchange.pointee.response = BodyReader(semantics.framing)
        var stays = head.pointee.minorVersion == 1 ? !semantics.wantsClose : semantics.wantsKeepAlive
        if case .untilClose = semantics.framing { stays = false }
        if stays { exchange.pointee.flags.insert(.upstreamMayStay) }
        exchange.pointee.status = UInt16(head.pointee.status)
        exchange.pointee.flags.insert(.responseStarted)
        if !exchange.pointee.request.isDone { exchange.pointee.flags.insert(.closeDownstream) }
        var writer = ByteWriter(UnsafeMutableRawBufferPointer(start: scratch, count: Self.scratchCapacity))
        guard writeResponseHead(exchange, bytes, &writer) else {
            exchange.pointee.flags.remove(.responseStarted)
            protocolFailed(exchange, "the response head grew too large")
            return -1
        }
        let used = head.pointee.count
        let rest = UnsafeRawBufferPointer(rebasing: bytes[used...])
        let more = passResponseBody(connection, exchange, rest, &writer, headCount: writer.count)
        return more < 0 ? -1 : used + more
    }

    /// 1xx: passed on, except what we answered ourselves or didn't ask for.
    private mutating func passInterim(
        _ connection: ConnectionPointer, _ exchange: ExchangePointer, _ bytes: UnsafeRawBufferPointer
    ) -> Int {
        if head.pointee.status == 101 {
            if exchange.pointee.flags.contains(.upgrade), exchange.pointee.request.isDone {
                startUpgrade(connection, exchange, bytes)
            } else {
                protocolFailed(exchange, "101 without an upgrade")
            }
            return -1
        }
        guard let downstream = exchange.pointee.downstream, !exchange.pointee.flags.contains(.clientHTTP10),
            let manager = managerPlan(exchange), head.pointee.status != 100 || manager[0].proxiesContinue
        else { return head.pointee.count }
        let count = head.pointee.count
        if !transmit(downstream, UnsafeRawBufferPointer(rebasing: bytes[0..<count])) {
            downstreamLost(downstream)
            return -1
        }
        return count
    }

    /// Sends response bytes to the client: the head that `writer` may hold,
    /// and what of `bytes` belongs to the body.
    private mutating func passResponseBody(
        _ connection: ConnectionPointer, _ exchange: ExchangePointer, _ bytes: UnsafeRawBufferPointer,
        _ writer: inout ByteWriter, headCount: Int
    ) -> Int {
        guard let downstream = exchange.pointee.downstream else { return -1 }
        let chunked = exchange.pointee.flags.contains(.chunkedResponse)
        let result = convert(bytes, &exchange.pointee.response, &writer, chunked: chunked)
        exchange.pointee.bytesSent &+= UInt64(result.body)
        if result.violation != .none {
            exchange.pointee.reason = .protocolError
            if headCount > 0 {
                exchange.pointee.flags.remove(.responseStarted)
                protocolFailed(exchange, result.violation.sentence)
            } else {
                cutDownstream(exchange)
            }
            return -1
        }
        var alive = true
        if result.raw.count > 4096 {
            alive = headCount > 0 ? transmit(downstream, writer.written, result.raw) : transmit(downstream, result.raw)
        } else {
            if result.raw.count > 0, headCount > 0 {
                writer.bytes(result.raw)
                alive = transmit(downstream, writer.written)
            } else {
                alive = transmit(downstream, result.raw.count > 0 ? result.raw : writer.written)
            }
        }
        if !alive {
            downstreamLost(downstream)
            return -1
        }
        if exchange.pointee.response.isDone {
            // Bytes behind the response belong to nobody: the connection goes.
            if result.used < bytes.count { exchange.pointee.flags.remove(.upstreamMayStay) }
            blocks.release(&connection.pointee.inbound)
            complete(exchange)
            return -1
        }
        return result.used
    }

    func managerPlan(_ exchange: ExchangePointer) -> FlatArray<ConnectionManagerPlan>? {
        guard let snapshot = exchange.pointee.snapshot, let decision = exchange.pointee.decision,
            decision.listener >= 0, decision.chain >= 0
        else { return nil }
        return snapshot.pointee.tables.listeners[Int(decision.listener)].chains[Int(decision.chain)].manager
    }

    // MARK: - Ends

    /// The upstream closed while a response was expected or under way.
    private mutating func upstreamEnded(_ connection: ConnectionPointer, _ exchange: ExchangePointer, clean: Bool) {
        if clean, exchange.pointee.flags.contains(.responseStarted), exchange.pointee.response.framing == .untilClose {
            exchange.pointee.response.finish()
            if exchange.pointee.flags.contains(.chunkedResponse), let downstream = exchange.pointee.downstream {
                let end: StaticString = "0\r\n\r\n"
                let bytes = UnsafeRawBufferPointer(start: end.utf8Start, count: end.utf8CodeUnitCount)
                if !transmit(downstream, bytes) { return downstreamLost(downstream) }
            }
            return complete(exchange)
        }
        let hasBegun = exchange.pointee.flags.contains(.responseStarted) || !connection.pointee.inbound.isEmpty
        if clean, hasBegun {
            if !exchange.pointee.flags.contains(.responseStarted) {
                return protocolFailed(exchange, "it ends inside its head")
            }
            exchange.pointee.reason = .protocolError
            return cutDownstream(exchange)
        }
        upstreamBroke(connection, exchange)
    }

    /// The connection to the upstream died under a request.
    mutating func upstreamBroke(_ connection: ConnectionPointer, _ exchange: ExchangePointer) {
        let reused = connection.pointee.flags.contains(.reused)
        if let endpoint = connection.pointee.endpoint {
            endpoint.pointee.cluster.pointee.metrics?.add(WorkerMetrics.clusterLayout.failures)
        }
        if exchange.pointee.flags.contains(.responseStarted) {
            exchange.pointee.reason = .upstreamReset
            return cutDownstream(exchange)
        }
        if !reused { report(exchange.pointee.endpoint, .failed) }
        detachUpstream(exchange, mayStay: false)
        // A waiting connection that the upstream closed just now: once more
        // on a fresh one, if the request can be sent again as it was.
        let replayable = !exchange.pointee.flags.contains(.notReplayable) && exchange.pointee.firstByte == 0
        if reused, replayable, exchange.pointee.flags.contains(.idempotent),
            !exchange.pointee.flags.contains(.retriedReuse)
        {
            exchange.pointee.flags.insert([.retriedReuse, .needsFreshConnection])
            exchange.pointee.flags.remove(.requestSent)
            metrics.shard.add(metrics.upstreamRetries)
            leaveEndpoint(exchange)
            return start(exchange)
        }
        attemptFailed(
            exchange, .reset, .upstreamReset, "the upstream closed the connection before it answered")
    }

    mutating func protocolFailed(_ exchange: ExchangePointer, _ sentence: StaticString) {
        detachUpstream(exchange, mayStay: false)
        reply(exchange, status: 502, .protocolError, detail: "the upstream's response is malformed: \(sentence)")
    }

    /// Takes the upstream connection away from the exchange.
    mutating func detachUpstream(_ exchange: ExchangePointer, mayStay: Bool) {
        guard let connection = exchange.pointee.upstream else { return }
        exchange.pointee.upstream = nil
        connection.pointee.exchange = nil
        if mayStay, connection.pointee.flags.contains(.ready) {
            giveBack(connection)
        } else {
            closeUpstream(connection)
        }
    }
}
