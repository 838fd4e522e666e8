internal import CPetrelSystem
internal import Telemetry
internal import TrafficModel

extension Worker {
    /// Serves a client's HTTP/1 connection: sends what waits, then reads the
    /// next head, or the body of the request under way.
    mutating func serveDownstream(_ connection: ConnectionPointer) {
        if connection.pointee.flags.contains(.active) { return }
        connection.pointee.flags.insert(.active)
        let generation = connection.pointee.slot.generation
        runDownstream(connection)
        if connection.pointee.slot.generation == generation {
            connection.pointee.flags.remove(.active)
            settle(connection)
        }
    }

    private mutating func runDownstream(_ connection: ConnectionPointer) {
        let generation = connection.pointee.slot.generation
        let waited = !connection.pointee.outbound.isEmpty
        if connection.pointee.flags.contains(.broken) || !flush(connection) { return downstreamLost(connection) }
        if waited, connection.pointee.outbound.isEmpty, let exchange = connection.pointee.exchange,
            let upstream = exchange.pointee.upstream
        {
            // The client took what we had: read on from the upstream.
            serveUpstream(upstream)
            guard connection.pointee.slot.generation == generation else { return }
        }
        var turns = 0
        while connection.pointee.slot.generation == generation, connection.pointee.role == .downstreamHTTP {
            if let exchange = connection.pointee.exchange {
                if !exchange.pointee.request.isDone {
                    readBody(connection, exchange)
                    guard connection.pointee.slot.generation == generation else { return }
                    if connection.pointee.exchange == nil { continue }
                }
                noticeDeparture(connection)
                return
            }
            guard connection.pointee.outbound.isEmpty else { return }
            turns += 1
            if turns > 64 { return enqueue(connection) }
            if !readHead(connection) { return }
        }
    }

    /// A client that closes while it waits for its answer wants none.
    private mutating func noticeDeparture(_ connection: ConnectionPointer) {
        if connection.pointee.flags.contains(.ended) { return downstreamLost(connection) }
        guard connection.pointee.flags.contains(.peerClosed), connection.pointee.inbound.isEmpty else { return }
        // Its next request may stand before the FIN; one byte tells.
        if petrel_peek(connection.pointee.descriptor, scratch, 1) <= 0 { downstreamLost(connection) }
    }

    /// The client is gone or broken: end its request, close its connection.
    mutating func downstreamLost(_ connection: ConnectionPointer) {
        if let exchange = connection.pointee.exchange {
            exchange.pointee.reason = .downstreamClosed
            abandon(exchange)
        }
        closeDownstream(connection)
    }

    mutating func closeDownstream(_ connection: ConnectionPointer, reset: Bool = false) {
        if connection.pointee.stream == nil { metrics.shard.add(metrics.downstreamActive, -1) }
        close(connection, reset: reset)
    }

    // MARK: - Head

    /// Reads and starts one request; false when there is nothing to do now.
    private mutating func readHead(_ connection: ConnectionPointer) -> Bool {
        let flags = connection.pointee.flags
        if connection.pointee.inbound.isEmpty || flags.contains(.partialHead) {
            if !connection.pointee.inbound.isEmpty {
                guard extendHead(connection) else { return false }
            } else {
                let count = receive(connection, readBuffer, Self.readCapacity)
                if count == ReadOutcome.nothing { return false }
                if count < 0 {
                    closeDownstream(connection)
                    return false
                }
                return parseHead(connection, readBuffer, count)
            }
        }
        // A pipelined request, or a head that came in pieces.
        let count = connection.pointee.inbound.count
        blocks.reserve(Self.readSlack, in: &connection.pointee.inbound)
        guard let base = connection.pointee.inbound.bytes.baseAddress else { return false }
        let bytes = UnsafeMutableRawPointer(mutating: base).assumingMemoryBound(to: UInt8.self)
        return parseHead(connection, bytes, count)
    }

    /// Reads more of a partial head into its block; true when it is worth
    /// parsing again: only a line end can complete a head.
    private mutating func extendHead(_ connection: ConnectionPointer) -> Bool {
        while true {
            let known = connection.pointee.inbound.count
            blocks.reserve(4096, in: &connection.pointee.inbound)
            let tail = connection.pointee.inbound.tail
            guard let start = tail.baseAddress else { return false }
            let room = min(tail.count, Self.readCapacity)
            let count = receive(connection, start.assumingMemoryBound(to: UInt8.self), room)
            if count == ReadOutcome.nothing { return false }
            if count < 0 {
                closeDownstream(connection)
                return false
            }
            connection.pointee.inbound.filled(count)
            if connection.pointee.inbound.count >= HTTP1Head.mostBytes { return true }
            if connection.pointee.inbound.bytes[known...].contains(0x0a) { return true }
        }
    }

    /// Parses the head at the start of `bytes` and starts its exchange.
    private mutating func parseHead(
        _ connection: ConnectionPointer, _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int
    ) -> Bool {
        if connection.pointee.requests == 0, beginsWithPreface(bytes, count), mayBecomeHTTP2(connection),
            let workload = connection.pointee.workload
        {
            if connection.pointee.inbound.isEmpty {
                blocks.append(UnsafeRawBufferPointer(start: bytes, count: count), to: &connection.pointee.inbound)
            }
            connection.pointee.flags.remove(.active)
            startHTTP2(connection, workload.pointee.snapshot)
            return false
        }
        let span = Span(_unsafeElements: UnsafeBufferPointer(start: bytes, count: count))
        switch HTTP1HeadParser.parseRequest(span, into: &head.pointee) {
        case .needsMore:
            if connection.pointee.inbound.isEmpty {
                blocks.append(UnsafeRawBufferPointer(start: bytes, count: count), to: &connection.pointee.inbound)
                armHeadTimeout(connection)
            }
            connection.pointee.flags.insert(.partialHead)
            return connection.pointee.flags.contains(.readable)
        case .refused(let violation):
            connection.pointee.flags.remove(.partialHead)
            refuseRequest(connection, violation)
            return false
        case .complete:
            connection.pointee.flags.remove(.partialHead)
            return beginExchange(connection, bytes, count)
        }
    }

    private mutating func armHeadTimeout(_ connection: ConnectionPointer) {
        guard let workload = connection.pointee.workload, let decision = connection.pointee.decision,
            connection.pointee.serial == workload.pointee.snapshot.pointee.serial
        else { return }
        let manager = workload.pointee.snapshot.pointee.tables.listeners[Int(decision.listener)]
            .chains[Int(decision.chain)].manager
        guard let limit = manager[0].headTimeoutMilliseconds ?? manager[0].requestTimeoutMilliseconds, limit > 0
        else { return }
        arm(connection, after: UInt64(limit))
    }

    /// Waits for the next request, for as long as the configuration says.
    mutating func armIdle(_ connection: ConnectionPointer, _ snapshot: SnapshotPointer) {
        guard let decision = connection.pointee.decision, connection.pointee.serial == snapshot.pointee.serial
        else { return arm(connection, after: 3_600_000) }
        let chain = snapshot.pointee.tables.listeners[Int(decision.listener)].chains[Int(decision.chain)]
        var due = connection.pointee.lifetimeEnd
        if let limit = chain.manager[0].idleTimeoutMilliseconds, limit > 0 {
            let idle = milliseconds &+ UInt64(limit)
            if due == 0 || idle < due { due = idle }
        }
        if due == 0 { return timers.disarm(Self.timer(connection)) }
        timers.arm(Self.timer(connection), at: due)
    }

    // MARK: - Body

    /// Passes request body bytes on, as fast as the upstream takes them.
    private mutating func readBody(_ connection: ConnectionPointer, _ exchange: ExchangePointer) {
        let generation = connection.pointee.slot.generation
        var rounds = 0
        while connection.pointee.slot.generation == generation, connection.pointee.exchange == exchange,
            !exchange.pointee.request.isDone
        {
            guard let upstream = exchange.pointee.upstream, exchange.pointee.flags.contains(.requestSent),
                upstream.pointee.outbound.isEmpty
            else { return }
            if !connection.pointee.inbound.isEmpty {
                let bytes = connection.pointee.inbound.bytes
                let used = passRequestBody(exchange, upstream, bytes)
                guard connection.pointee.slot.generation == generation, connection.pointee.exchange == exchange
                else { return }
                connection.pointee.inbound.consume(used)
                if connection.pointee.inbound.isEmpty { blocks.release(&connection.pointee.inbound) }
                continue
            }
            rounds += 1
            if rounds > 16 { return enqueue(connection) }
            let count = receive(connection, readBuffer, Self.readCapacity)
            if count == ReadOutcome.nothing { return }
            if count < 0 {
                exchange.pointee.reason = .downstreamClosed
                return downstreamLost(connection)
            }
            let bytes = UnsafeRawBufferPointer(start: readBuffer, count: count)
            let used = passRequestBody(exchange, upstream, bytes)
            guard connection.pointee.slot.generation == generation else { return }
            if used < count {
                blocks.append(UnsafeRawBufferPointer(rebasing: bytes[used...]), to: &connection.pointee.inbound)
            }
        }
    }

    /// Sends one run of request body to the upstream; the bytes used. The
    /// exchange may be over afterwards.
    private mutating func passRequestBody(
        _ exchange: ExchangePointer, _ upstream: ConnectionPointer, _ bytes: UnsafeRawBufferPointer
    ) -> Int {
        var writer = ByteWriter(UnsafeMutableRawBufferPointer(start: scratch, count: Self.scratchCapacity))
        let result = convert(bytes, &exchange.pointee.request, &writer, chunked: exchange.pointee.request.isChunked)
        exchange.pointee.bytesReceived &+= UInt64(result.body)
        exchange.pointee.lastActivity = now
        if result.violation != .none {
            refuseBody(exchange, result.violation)
            return bytes.count
        }
        let run = result.raw.count > 0 ? result.raw : writer.written
        keepForRetry(exchange, run)
        let alive = transmit(upstream, run)
        if !alive {
            upstreamBroke(upstream, exchange)
            return bytes.count
        }
        if exchange.pointee.request.isDone { requestComplete(exchange) }
        return result.used
    }

    /// What `convert` made of a run of bytes.
    struct Converted {
        var used = 0
        var body = 0
        var violation = HTTP1Violation.none
        /// Set when the bytes can go on as they are.
        var raw = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// Reads body bytes in one framing and writes them in another.
    mutating func convert(
        _ bytes: UnsafeRawBufferPointer, _ reader: inout BodyReader, _ writer: inout ByteWriter, chunked: Bool
    ) -> Converted {
        var result = Converted()
        if !reader.isChunked {
            let count = reader.share(of: bytes.count)
            result.used = count
            result.body = count
            let run = UnsafeRawBufferPointer(rebasing: bytes[0..<count])
            if chunked, count > 0 {
                writer.hex(UInt64(count))
                writer.text("\r\n")
                writer.bytes(run)
                writer.text("\r\n")
            } else if count > 0 {
                result.raw = run
            }
            reader.take(count)
            return result
        }
        let span = Span<UInt8>(_unsafeBytes: bytes)
        while result.used < bytes.count, !reader.decoder.isDone {
            let step = reader.decoder.step(span, from: result.used)
            if step.violation != .none {
                result.violation = step.violation
                return result
            }
            result.used += step.consumed
            if step.body > 0 {
                let run = UnsafeRawBufferPointer(rebasing: bytes[(result.used - step.body)..<result.used])
                if chunked {
                    writer.hex(UInt64(step.body))
                    writer.text("\r\n")
                    writer.bytes(run)
                    writer.text("\r\n")
                } else {
                    writer.bytes(run)
                }
                result.body += step.body
            }
        }
        if reader.decoder.isDone {
            if chunked { writer.text("0\r\n\r\n") }
            reader.finish()
        }
        return result
    }

    // MARK: - The end

    /// The last response is sent: reads and drops what the client still
    /// sends for a second, so that it gets the response and not a reset.
    mutating func startLingering(_ connection: ConnectionPointer) {
        if connection.pointee.flags.contains(.ended) && connection.pointee.outbound.isEmpty {
            return closeDownstream(connection)
        }
        connection.pointee.role = .lingering
        endOutput(connection)
        arm(connection, after: 1000)
        if connection.pointee.flags.contains(.readable) { linger(connection) }
    }

    mutating func linger(_ connection: ConnectionPointer) {
        if connection.pointee.stream != nil { return finishStream(connection) }
        blocks.release(&connection.pointee.inbound)
        if !flush(connection) { return closeDownstream(connection) }
        for _ in 0..<8 {
            let count = receive(connection, readBuffer, Self.readCapacity)
            if count == ReadOutcome.nothing { return }
            if count < 0 {
                if connection.pointee.outbound.isEmpty || count == ReadOutcome.failed {
                    return closeDownstream(connection)
                }
                return
            }
        }
        enqueue(connection)
    }
}
