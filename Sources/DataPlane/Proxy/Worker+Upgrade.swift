internal import CPetrelSystem
internal import TrafficModel

extension Worker {
    /// The origin switches protocols (RFC 9110, 7.8), or accepts a CONNECT: from here on the two connections hand each
    /// other their bytes.
    mutating func startUpgrade(
        _ connection: ConnectionPointer, _ exchange: ExchangePointer, _ bytes: UnsafeRawBufferPointer
    ) {
        guard let downstream = exchange.pointee.downstream else { return }
        exchange.pointee.status = UInt16(head.pointee.status)
        exchange.pointee.flags.insert(.responseStarted)
        exchange.pointee.flags.remove(.closeDownstream)
        exchange.pointee.response = BodyReader(.none)
        var writer = ByteWriter(UnsafeMutableRawBufferPointer(start: scratch, count: Self.scratchCapacity))
        guard writeResponseHead(exchange, bytes, &writer) else { return cutDownstream(exchange) }
        writer.bytes(UnsafeRawBufferPointer(rebasing: bytes[head.pointee.count...]))
        guard !writer.overflowed, transmit(downstream, writer.written) else { return downstreamLost(downstream) }
        blocks.release(&connection.pointee.inbound)
        becomeRelay(connection, exchange, downstream)
    }

    /// The upstream of a CONNECT that ends here is connected: the client is told, and its bytes go through.
    mutating func startTunnel(_ connection: ConnectionPointer, _ exchange: ExchangePointer) {
        guard let downstream = exchange.pointee.downstream else { return abandon(exchange) }
        exchange.pointee.status = 200
        exchange.pointee.flags.insert(.responseStarted)
        exchange.pointee.flags.remove(.closeDownstream)
        var writer = ByteWriter(UnsafeMutableRawBufferPointer(start: scratch, count: Self.scratchCapacity))
        writer.text("HTTP/1.1 200 OK\r\n")
        writeDate(&writer)
        writer.text("server: ")
        if let manager = managerPlan(exchange) { writer.bytes(UnsafeRawBufferPointer(manager[0].serverName.buffer)) }
        writer.text("\r\n\r\n")
        guard transmit(downstream, writer.written) else { return downstreamLost(downstream) }
        becomeRelay(connection, exchange, downstream)
    }

    /// Whether a CONNECT may go through, and how: as configured for the route, then for the connection manager.
    func acceptsConnect(
        _ exchange: ExchangePointer, _ decision: RequestDecision, _ tables: TrafficTables
    ) -> Bool {
        let name: StaticString = "CONNECT"
        let type = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        guard tables.allowsUpgrade(decision, to: type) else { return false }
        if tables.terminatesConnect(decision) {
            exchange.pointee.flags.insert([.tunnel, .needsFreshConnection])
        }
        return true
    }

    /// Makes a relay of the two connections of an exchange, which ends.
    private mutating func becomeRelay(
        _ connection: ConnectionPointer, _ exchange: ExchangePointer, _ downstream: ConnectionPointer
    ) {
        guard let cluster = exchange.pointee.cluster else { return }
        cluster.pointee.uses += 1
        exchange.pointee.upstream = nil
        connection.pointee.exchange = nil
        connection.pointee.relayCluster = cluster
        connection.pointee.role = .relayUpstream
        connection.pointee.other = downstream
        downstream.pointee.role = .relayDownstream
        downstream.pointee.other = connection
        timers.disarm(Self.timer(downstream))
        timers.disarm(Self.timer(connection))
        let limit = exchange.pointee.limits.idle
        finish(exchange)
        downstream.pointee.flags.remove(.lastRequest)
        if limit > 0 {
            connection.pointee.idleLimit = limit
            arm(connection, after: limit)
        }
        enqueue(downstream)
        enqueue(connection)
    }
}
