internal import CPetrelSystem
internal import TrafficModel

extension Worker {
    /// The origin switches protocols (RFC 9110, 7.8): from here on the two
    /// connections hand each other their bytes.
    mutating func startUpgrade(
        _ connection: ConnectionPointer, _ exchange: ExchangePointer, _ bytes: UnsafeRawBufferPointer
    ) {
        guard let downstream = exchange.pointee.downstream, let cluster = exchange.pointee.cluster else { return }
        exchange.pointee.status = 101
        exchange.pointee.flags.insert(.responseStarted)
        exchange.pointee.response = BodyReader(.none)
        var writer = ByteWriter(UnsafeMutableRawBufferPointer(start: scratch, count: Self.scratchCapacity))
        guard writeResponseHead(exchange, bytes, &writer) else { return cutDownstream(exchange) }
        writer.bytes(UnsafeRawBufferPointer(rebasing: bytes[head.pointee.count...]))
        guard !writer.overflowed, transmit(downstream, writer.written) else { return downstreamLost(downstream) }
        blocks.release(&connection.pointee.inbound)
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
