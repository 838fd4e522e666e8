internal import CPetrelSystem
internal import TrafficModel

// Relays through an HTTP proxy: CONNECT (RFC 9110, 9.3.6) before the first byte.

extension Worker {
    /// Asks the proxy at the other end for a way to the target.
    mutating func openTunnel(_ connection: ConnectionPointer, _ plan: FlatArray<TCPProxyPlan>) {
        guard let client = connection.pointee.other, let workload = client.pointee.workload else { return }
        let tables = workload.pointee.snapshot.pointee.tables
        let nothing = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        let view = RequestView(
            bytes: nothing, method: ByteRange(), path: ByteRange(), authority: ByteRange(), scheme: ByteRange(),
            headers: UnsafeBufferPointer(start: nil, count: 0))
        var context = FormatContext(facts: facts(client), request: view)
        if let cluster = connection.pointee.relayCluster { context.upstreamCluster = cluster.pointee.plan.name }
        let half = Self.scratchCapacity / 2
        var authority = TrafficModel.ByteWriter(UnsafeMutableBufferPointer(start: scratch + half, count: 4096))
        tables.writeValue(plan[0].tunnelAuthority, context, into: &authority)
        let target = UnsafeRawBufferPointer(authority.written)
        let printable = target.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        guard !authority.overflowed, target.count > 0, printable else {
            return relayConnectFailed(
                connection, .upstreamConnectFailure, "the tunnel's target is empty or holds what no host name may")
        }
        var edits = HeaderEdits(
            memory: UnsafeMutableBufferPointer(start: scratch + half + 4096, count: half - 4096))
        edits.apply(
            MutationLayers(plan[0].tunnelHeaders), tables, context, fields: UnsafeBufferPointer(start: nil, count: 0),
            bytes: nothing)
        var writer = ByteWriter(UnsafeMutableRawBufferPointer(start: scratch, count: half))
        writer.text("CONNECT ")
        writer.bytes(target)
        writer.text(" HTTP/1.1\r\nhost: ")
        writer.bytes(target)
        writer.text("\r\n")
        edits.write(&writer)
        writer.text("\r\n")
        guard !writer.overflowed, !edits.overflowed else {
            return relayConnectFailed(connection, .upstreamConnectFailure, "the CONNECT request is too long")
        }
        connection.pointee.flags.insert(.tunneling)
        guard transmit(connection, writer.written) else {
            return relayConnectFailed(connection, .upstreamReset, "the proxy closed the connection")
        }
        if continueTunnel(connection) { enqueue(connection) }
    }

    /// Reads the answer to CONNECT; true when the tunnel is open.
    mutating func continueTunnel(_ connection: ConnectionPointer) -> Bool {
        guard !connection.pointee.flags.contains(.broken), flush(connection) else {
            relayConnectFailed(connection, .upstreamReset, "the proxy closed the connection")
            return false
        }
        while true {
            if !connection.pointee.inbound.isEmpty {
                switch readTunnelAnswer(connection) {
                case .open:
                    connection.pointee.flags.remove(.tunneling)
                    return true
                case .failed(let words):
                    relayConnectFailed(connection, .upstreamConnectFailure, words)
                    return false
                case .needsMore: break
                }
            }
            blocks.reserve(4096, in: &connection.pointee.inbound)
            let tail = connection.pointee.inbound.tail
            guard let start = tail.baseAddress else { return false }
            let room = min(tail.count, Self.readCapacity)
            let count = receive(connection, start.assumingMemoryBound(to: UInt8.self), room)
            if count == ReadOutcome.nothing { return false }
            if count < 0 {
                relayConnectFailed(connection, .upstreamReset, "the proxy closed the connection before it answered CONNECT")
                return false
            }
            connection.pointee.inbound.filled(count)
        }
    }

    private enum TunnelAnswer {
        case open
        case needsMore
        case failed(String)
    }

    private mutating func readTunnelAnswer(_ connection: ConnectionPointer) -> TunnelAnswer {
        while true {
            let span = Span<UInt8>(_unsafeBytes: connection.pointee.inbound.bytes)
            switch HTTP1HeadParser.parseResponse(span, into: &head.pointee) {
            case .needsMore: return .needsMore
            case .refused(let violation): return .failed("the proxy's answer to CONNECT is malformed: \(violation.sentence)")
            case .complete: break
            }
            let status = head.pointee.status
            connection.pointee.inbound.consume(head.pointee.count)
            if connection.pointee.inbound.isEmpty { blocks.release(&connection.pointee.inbound) }
            if status >= 200, status < 300 { return .open }
            if status >= 200 { return .failed("the proxy answered CONNECT with \(status)") }
            // 1xx: the answer is still to come.
            if connection.pointee.inbound.isEmpty { return .needsMore }
        }
    }
}
