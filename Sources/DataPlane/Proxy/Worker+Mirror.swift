internal import CPetrelSystem
internal import Telemetry
internal import TrafficModel

// Copies of requests for other clusters. Nobody waits for their answers.

extension Worker {
    /// Notes which mirrors a request has, so that its body is kept for them.
    mutating func noteMirrors(
        _ exchange: ExchangePointer, _ request: RequestView, _ decision: RequestDecision, _ tables: TrafficTables
    ) {
        let mirrors = tables.mirrors(decision)
        guard !mirrors.isEmpty else { return }
        for index in 0..<min(mirrors.count, 32) {
            let dice = UInt32(truncatingIfNeeded: random.next() >> 32) % 1_000_000
            guard dice < mirrors[index].perMillion else { continue }
            // A cluster named by a header is looked up now, while the request's head is there.
            if mirrors[index].cluster.name.isEmpty, tables.mirrorCluster(mirrors[index], request) == nil { continue }
            exchange.pointee.mirrors |= 1 << UInt32(index)
            if mirrors[index].cluster.name.isEmpty, let found = tables.mirrorCluster(mirrors[index], request) {
                exchange.pointee.mirrorCluster = Int32(truncatingIfNeeded: found)
            }
        }
    }

    /// All of the request is there: sends its copies.
    mutating func sendMirrors(_ exchange: ExchangePointer) {
        let chosen = exchange.pointee.mirrors
        guard chosen != 0 else { return }
        exchange.pointee.mirrors = 0
        guard !exchange.pointee.flags.contains(.notReplayable), let snapshot = exchange.pointee.snapshot,
            let decision = exchange.pointee.decision
        else { return }
        let tables = snapshot.pointee.tables
        let mirrors = tables.mirrors(decision)
        for index in 0..<min(mirrors.count, 32) where chosen >> UInt32(index) & 1 == 1 {
            let named = mirrors[index].cluster.name.isEmpty ? nil : tables.cluster(mirrors[index].cluster)
            let place = mirrors[index].cluster.name.isEmpty ? Int(exchange.pointee.mirrorCluster) : named ?? -1
            guard place >= 0 else { continue }
            copy(exchange, to: clusterState(snapshot, place), snapshot, mirrors[index])
        }
    }

    private mutating func copy(
        _ original: ExchangePointer, to cluster: ClusterPointer, _ snapshot: SnapshotPointer, _ plan: MirrorPlan
    ) {
        let exchange = exchanges.allocate()
        exchange.pointee.flags = original.pointee.flags.intersection([.isHead, .idempotent])
        exchange.pointee.flags.insert(.shadow)
        exchange.pointee.snapshot = snapshot
        snapshot.pointee.uses += 1
        exchange.pointee.cluster = cluster
        cluster.pointee.uses += 1
        cluster.pointee.lastUse = milliseconds
        exchange.pointee.started = now
        exchange.pointee.lastActivity = now
        exchange.pointee.timeoutMilliseconds = original.pointee.timeoutMilliseconds
        let bytes = original.pointee.opening
        exchange.pointee.head = blocks.allocate(atLeast: bytes.count + 128)
        blocks.append(bytes, to: &exchange.pointee.head)
        var host = original.pointee.upstreamAuthority
        host.start -= original.pointee.sendStart
        exchange.pointee.upstreamAuthority = host
        markInternal(exchange)
        if plan.appendsShadowSuffix { appendShadow(exchange) }
        start(exchange)
    }

    /// Says that the copy is the proxy's own, as Envoy does.
    private func markInternal(_ exchange: ExchangePointer) {
        let line: StaticString = "x-envoy-internal: true\r\n"
        let host = exchange.pointee.upstreamAuthority
        let place = Int(host.start + host.count) + 2
        exchange.pointee.head.replace(
            place..<place, with: UnsafeRawBufferPointer(start: line.utf8Start, count: line.utf8CodeUnitCount))
    }

    /// `-shadow` behind the name, before the port, so that the copies can be told apart where they arrive.
    private mutating func appendShadow(_ exchange: ExchangePointer) {
        let host = exchange.pointee.upstreamAuthority
        let name = exchange.pointee.bytes(host)
        let length = name.firstIndex(of: 0x3a) ?? name.count
        let suffix: StaticString = "-shadow"
        let place = Int(host.start) + length
        exchange.pointee.head.replace(
            place..<place, with: UnsafeRawBufferPointer(start: suffix.utf8Start, count: suffix.utf8CodeUnitCount))
        exchange.pointee.upstreamAuthority.count += UInt32(suffix.utf8CodeUnitCount)
    }

    /// Reads the answer to a copy and drops it.
    mutating func readShadow(_ connection: ConnectionPointer, _ exchange: ExchangePointer) {
        if connection.pointee.stream != nil { return readShadowStream(connection, exchange) }
        for _ in 0..<16 {
            let count = receive(connection, readBuffer, Self.readCapacity)
            if count == ReadOutcome.nothing { return }
            guard count > 0 else { return abandon(exchange) }
            exchange.pointee.lastActivity = now
            let bytes = UnsafeRawBufferPointer(start: readBuffer, count: count)
            if !exchange.pointee.flags.contains(.responseStarted) {
                blocks.append(bytes, to: &connection.pointee.inbound)
                guard dropHead(connection, exchange) else { return }
                if exchange.pointee.flags.contains(.responseStarted), dropBody(connection, exchange) { return }
            } else if dropBody(connection, exchange, bytes) {
                return
            }
        }
        enqueue(connection)
    }

    /// The same of a stream, whose bytes are there already.
    private mutating func readShadowStream(_ connection: ConnectionPointer, _ exchange: ExchangePointer) {
        exchange.pointee.lastActivity = now
        if !exchange.pointee.flags.contains(.responseStarted), !dropHead(connection, exchange) { return }
        if exchange.pointee.flags.contains(.responseStarted), dropBody(connection, exchange) { return }
        settle(connection)
        // Without a length the end of the stream is the end of the answer.
        if connection.pointee.flags.contains(.readable) { abandon(exchange) }
    }

    /// Takes the head, if all of it is there; false when the copy is over.
    private mutating func dropHead(_ connection: ConnectionPointer, _ exchange: ExchangePointer) -> Bool {
        while !connection.pointee.inbound.isEmpty {
            let bytes = connection.pointee.inbound.bytes
            let span = Span<UInt8>(_unsafeBytes: bytes)
            guard case .complete = HTTP1HeadParser.parseResponse(span, into: &head.pointee) else {
                if bytes.count < HTTP1Head.mostBytes { return true }
                abandon(exchange)
                return false
            }
            let semantics = HTTP1Semantics.ofResponse(
                span, head.pointee, toHead: exchange.pointee.flags.contains(.isHead))
            guard semantics.violation == .none, head.pointee.status != 101 else {
                abandon(exchange)
                return false
            }
            connection.pointee.inbound.consume(head.pointee.count)
            if head.pointee.status < 200 { continue }
            exchange.pointee.flags.insert(.responseStarted)
            exchange.pointee.response = BodyReader(semantics.framing)
            let stays = head.pointee.minorVersion == 1 && !semantics.wantsClose
            if stays { exchange.pointee.flags.insert(.upstreamMayStay) }
            return true
        }
        return true
    }

    /// Takes body bytes that came with the head; true when the copy is over.
    private mutating func dropBody(_ connection: ConnectionPointer, _ exchange: ExchangePointer) -> Bool {
        let isOver = dropBody(connection, exchange, connection.pointee.inbound.bytes)
        if !isOver { blocks.release(&connection.pointee.inbound) }
        return isOver
    }

    private mutating func dropBody(
        _ connection: ConnectionPointer, _ exchange: ExchangePointer, _ bytes: UnsafeRawBufferPointer
    ) -> Bool {
        var writer = ByteWriter(UnsafeMutableRawBufferPointer(start: scratch, count: Self.scratchCapacity))
        let result = convert(bytes, &exchange.pointee.response, &writer, chunked: false)
        guard result.violation != .none || exchange.pointee.response.isDone else { return false }
        let isClean = result.violation == .none && result.used == bytes.count
        blocks.release(&connection.pointee.inbound)
        detachUpstream(exchange, mayStay: isClean && exchange.pointee.flags.contains(.upstreamMayStay))
        finish(exchange)
        return true
    }
}
