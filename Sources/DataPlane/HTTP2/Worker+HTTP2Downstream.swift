internal import CPetrelSystem
internal import HTTP2
internal import Telemetry
internal import TrafficModel

// Streams that clients begin.

extension Worker {
    /// Whether a client's connection is to be read as HTTP/2.
    func speaksHTTP2(_ connection: ConnectionPointer, _ snapshot: SnapshotPointer) -> Bool {
        guard let decision = connection.pointee.decision, decision.chain >= 0 else { return false }
        let manager = snapshot.pointee.tables.listeners[Int(decision.listener)].chains[Int(decision.chain)].manager
        switch manager[0].codec {
        case .http1: return false
        case .http2: return true
        case .automatic: return connection.pointee.negotiated == .http2 || connection.pointee.detected == .h2c
        }
    }

    /// Whether the preface of HTTP/2 may turn this connection into one.
    func mayBecomeHTTP2(_ connection: ConnectionPointer) -> Bool {
        guard connection.pointee.stream == nil, let workload = connection.pointee.workload,
            let decision = connection.pointee.decision, decision.chain >= 0,
            connection.pointee.serial == workload.pointee.snapshot.pointee.serial
        else { return false }
        let tables = workload.pointee.snapshot.pointee.tables
        let manager = tables.listeners[Int(decision.listener)].chains[Int(decision.chain)].manager
        return manager[0].codec == .automatic && connection.pointee.negotiated != .http1
    }

    /// Whether the first bytes of a connection are those of the preface, as
    /// far as they have come.
    func beginsWithPreface(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        guard count >= 4, bytes[0] == 0x50, bytes[1] == 0x52, bytes[2] == 0x49, bytes[3] == 0x20 else { return false }
        let preface = HTTP2Session.preface
        for offset in 4..<min(count, preface.utf8CodeUnitCount) where bytes[offset] != preface.utf8Start[offset] {
            return false
        }
        return true
    }

    /// The head of a request: a new stream, served like a connection with
    /// one request.
    mutating func beginStream(_ connection: ConnectionPointer, _ carrier: CarrierPointer, _ id: UInt32, _ ends: Bool) {
        let stream = makeStream(connection, carrier)
        guard let state = stream.pointee.stream else { return }
        stream.pointee.role = .downstreamHTTP
        stream.pointee.peer = connection.pointee.peer
        stream.pointee.local = connection.pointee.local
        stream.pointee.detected = connection.pointee.detected
        stream.pointee.listenerIndex = connection.pointee.listenerIndex
        stream.pointee.decision = connection.pointee.decision
        stream.pointee.serial = connection.pointee.serial
        stream.pointee.workload = connection.pointee.workload
        stream.pointee.workload?.pointee.connections += 1
        state.pointee.id = id
        carrier.pointee.session.setTag(stream.pointee.token, of: id)
        timers.disarm(Self.timer(connection))
        connection.pointee.requests &+= 1
        writeRequestText(stream, state, carrier.pointee.session.message, ends: ends)
        if let workload = connection.pointee.workload, let decision = connection.pointee.decision,
            connection.pointee.serial == workload.pointee.snapshot.pointee.serial
        {
            let tables = workload.pointee.snapshot.pointee.tables
            let manager = tables.listeners[Int(decision.listener)].chains[Int(decision.chain)].manager
            let most = manager[0].maximumRequests
            let end = connection.pointee.lifetimeEnd
            if most > 0 && connection.pointee.requests >= most || end > 0 && milliseconds >= end {
                leaveCarrier(connection)
            }
        }
        let end = connection.pointee.lifetimeEnd
        if end != 0, milliseconds >= end { leaveCarrier(connection) }
        let generation = stream.pointee.slot.generation
        serveDownstream(stream)
        // Decided anew after a change of configuration: once for all streams.
        if stream.pointee.slot.generation == generation, connection.pointee.serial != stream.pointee.serial {
            connection.pointee.serial = stream.pointee.serial
            connection.pointee.decision = stream.pointee.decision
        }
    }

    /// A connection without a socket, of a carrier.
    mutating func makeStream(_ connection: ConnectionPointer, _ carrier: CarrierPointer) -> ConnectionPointer {
        let stream = connections.allocate()
        let state = streams.allocate()
        state.pointee.carrier = connection
        stream.pointee.stream = state
        stream.pointee.opened = now
        stream.pointee.lastActivity = now
        linkStream(stream, carrier)
        return stream
    }

    /// The response is sent as far as we are concerned: the stream ends when
    /// its client has taken it.
    mutating func finishStream(_ stream: ConnectionPointer) {
        _ = flush(stream)
        if stream.pointee.outbound.isEmpty { return closeDownstream(stream) }
        if stream.pointee.role != .lingering {
            stream.pointee.role = .lingering
            arm(stream, after: 300_000)
        }
    }

    // MARK: - The request as text

    /// Writes the head of a request as HTTP/1.1 has it. Every byte was
    /// checked: no line can end early.
    private mutating func writeRequestText(
        _ stream: ConnectionPointer, _ state: StreamPointer, _ message: MessageFields, ends: Bool
    ) {
        blocks.reserve(fieldList.pointee.size + 256, in: &stream.pointee.inbound)
        var writer = ByteWriter(stream.pointee.inbound.tail)
        let count = fieldList.pointee.fields.count
        fieldList.pointee.storage.withUnsafeBytes { bytes in
            func value(_ place: Int) -> UnsafeRawBufferPointer {
                UnsafeRawBufferPointer(rebasing: bytes[fieldList.pointee.fields[place].value])
            }
            let isTunnel = message.isConnect
            let isExtended = message.connectProtocol >= 0
            if isExtended { writer.text("GET") } else { writer.bytes(value(message.method)) }
            writer.byte(0x20)
            writer.bytes(value(isTunnel && !isExtended ? message.authority : message.path))
            writer.text(" HTTP/1.1\r\n")
            let host = message.authority >= 0 ? message.authority : message.host
            if host >= 0 {
                writer.text("host: ")
                writer.bytes(value(host))
                writer.text("\r\n")
            }
            if isExtended {
                writer.text("connection: upgrade\r\nupgrade: ")
                writer.bytes(value(message.connectProtocol))
                writer.text("\r\n")
            }
            var wroteCookies = message.cookies < 2
            for place in message.firstField..<count where place != message.host {
                let field = fieldList.pointee.fields[place]
                let name = UnsafeRawBufferPointer(rebasing: bytes[field.name])
                if !wroteCookies || message.cookies > 1, Self.isCookie(name) {
                    if !wroteCookies {
                        wroteCookies = true
                        writeCookies(&writer, bytes, from: place)
                    }
                    continue
                }
                writer.bytes(name)
                writer.text(": ")
                writer.bytes(UnsafeRawBufferPointer(rebasing: bytes[field.value]))
                writer.text("\r\n")
            }
            if isTunnel {
                state.pointee.isTunnel = true
                state.pointee.isExtendedConnect = isExtended
            } else if !ends, message.contentLength == nil {
                state.pointee.reading = .chunked
                writer.text("transfer-encoding: chunked\r\n")
            }
            writer.text("\r\n")
        }
        stream.pointee.inbound.filled(writer.count)
    }

    private static func isCookie(_ name: UnsafeRawBufferPointer) -> Bool {
        guard name.count == 6 else { return false }
        return name.elementsEqual("cookie".utf8)
    }

    /// Cookies come in crumbs, and leave as one (RFC 9113, 8.2.3).
    private func writeCookies(_ writer: inout ByteWriter, _ bytes: UnsafeRawBufferPointer, from first: Int) {
        writer.text("cookie: ")
        for place in first..<fieldList.pointee.fields.count {
            let field = fieldList.pointee.fields[place]
            guard Self.isCookie(UnsafeRawBufferPointer(rebasing: bytes[field.name])) else { continue }
            if place > first { writer.text("; ") }
            writer.bytes(UnsafeRawBufferPointer(rebasing: bytes[field.value]))
        }
        writer.text("\r\n")
    }
}
