internal import CPetrelSystem
internal import HTTP2
internal import TrafficModel

// What arrives on a stream becomes bytes of its connection.

extension Worker {
    /// Body bytes of a stream.
    mutating func takeData(
        _ carrier: CarrierPointer, _ id: UInt32, _ bytes: UnsafeRawBufferPointer, credit: Int, ends: Bool
    ) {
        guard let stream = findStream(carrier.pointee.session.tag), let state = stream.pointee.stream else {
            carrier.pointee.session.credit(id, credit)
            // Nobody waits for it any more.
            if bytes.count > 0, !ends { carrier.pointee.session.reset(id, .cancel) }
            return
        }
        state.pointee.unused += credit
        if bytes.count > 0 {
            switch state.pointee.reading {
            case .plain: blocks.append(bytes, to: &stream.pointee.inbound)
            case .chunked:
                blocks.reserve(bytes.count + 24, in: &stream.pointee.inbound)
                var writer = ByteWriter(stream.pointee.inbound.tail)
                writer.hex(UInt64(bytes.count))
                writer.text("\r\n")
                writer.bytes(bytes)
                writer.text("\r\n")
                stream.pointee.inbound.filled(writer.count)
            }
        }
        if ends { endInput(stream, state) }
        serve(stream)
    }

    /// The peer sent END_STREAM.
    private mutating func endInput(_ stream: ConnectionPointer, _ state: StreamPointer) {
        switch state.pointee.reading {
        case .plain: stream.pointee.flags.insert(.readable)
        case .chunked:
            blocks.reserve(8, in: &stream.pointee.inbound)
            var writer = ByteWriter(stream.pointee.inbound.tail)
            writer.text("0\r\n\r\n")
            stream.pointee.inbound.filled(writer.count)
        }
    }

    /// The fields behind a body: kept for the other half, which asks for
    /// them when it comes to its end.
    mutating func takeTrailers(_ carrier: CarrierPointer) {
        guard let stream = findStream(carrier.pointee.session.tag), let state = stream.pointee.stream else { return }
        blocks.reserve(fieldList.pointee.size + 16, in: &state.pointee.trailers)
        var writer = ByteWriter(state.pointee.trailers.tail)
        writeFields(&writer, from: 0)
        state.pointee.trailers.filled(writer.count)
        endInput(stream, state)
        serve(stream)
    }

    /// Writes the fields of the list as lines.
    func writeFields(_ writer: inout ByteWriter, from first: Int) {
        fieldList.pointee.storage.withUnsafeBytes { bytes in
            for place in first..<fieldList.pointee.fields.count {
                let field = fieldList.pointee.fields[place]
                writer.bytes(UnsafeRawBufferPointer(rebasing: bytes[field.name]))
                writer.text(": ")
                writer.bytes(UnsafeRawBufferPointer(rebasing: bytes[field.value]))
                writer.text("\r\n")
            }
        }
    }

    /// The head of an upstream's response, as text.
    mutating func takeResponse(_ carrier: CarrierPointer, _ ends: Bool) {
        guard let stream = findStream(carrier.pointee.session.tag), let state = stream.pointee.stream,
            let exchange = stream.pointee.exchange
        else { return }
        let message = carrier.pointee.session.message
        blocks.reserve(fieldList.pointee.size + 256, in: &stream.pointee.inbound)
        var writer = ByteWriter(stream.pointee.inbound.tail)
        let opensTunnel = state.pointee.isExtendedConnect && message.status == 200
        if opensTunnel {
            writer.text("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: ")
            writer.bytes(value(of: "upgrade", in: exchange.pointee.opening))
            writer.text("\r\n")
            if ends { stream.pointee.flags.insert(.readable) }
        } else {
            writer.text("HTTP/1.1 ")
            writer.padded(UInt64(message.status), width: 3)
            writer.text(" \r\n")
        }
        writeFields(&writer, from: message.firstField)
        let hasBody = message.status != 204 && message.status != 304 && !exchange.pointee.flags.contains(.isHead)
        if !message.isInterim, !opensTunnel, hasBody, message.contentLength == nil {
            // Without a length the end of the stream is the end of the body.
            if ends {
                state.pointee.impliedLength = true
                writer.text("content-length: 0\r\n")
            }
        }
        writer.text("\r\n")
        stream.pointee.inbound.filled(writer.count)
        serve(stream)
    }

    /// A stream is over before its time.
    mutating func streamWasReset(_ carrier: CarrierPointer, _ code: HTTP2ErrorCode, _ byPeer: Bool) {
        guard let stream = findStream(carrier.pointee.session.tag) else { return }
        guard stream.pointee.role == .upstreamHTTP, let exchange = stream.pointee.exchange,
            !exchange.pointee.flags.contains(.responseStarted)
        else { return streamLost(stream, refused: false) }
        if !byPeer { return protocolFailed(exchange, "the frames of its stream break the rules of HTTP/2") }
        if code == .refusedStream { return streamLost(stream, refused: true) }
        detachUpstream(exchange, mayStay: false)
        attemptFailed(exchange, .reset, .upstreamReset, "the upstream reset the stream with code \(code.rawValue)")
    }

    /// Ends whatever a dead stream was for.
    mutating func streamLost(_ stream: ConnectionPointer, refused: Bool) {
        switch stream.pointee.role {
        case .downstreamHTTP: downstreamLost(stream)
        case .lingering: closeDownstream(stream)
        case .relayDownstream, .relayUpstream: closeRelay(stream, reset: true, .upstreamReset)
        case .upstreamHTTP:
            guard let exchange = stream.pointee.exchange else { return closeUpstream(stream) }
            if refused {
                if startAgain(exchange) { return }
                detachUpstream(exchange, mayStay: false)
                return attemptFailed(exchange, .refusedStream, .upstreamReset, "the upstream refused the stream")
            }
            upstreamBroke(stream, exchange)
        case .unused, .inspecting, .securing, .probe, .dnsClient, .dnsUpstream, .downstreamHTTP2, .upstreamHTTP2: return
        }
    }

    /// Bytes without a socket: only the end can come, once.
    mutating func receiveFromStream(_ stream: ConnectionPointer) -> Int {
        stream.pointee.flags.remove(.readable)
        stream.pointee.flags.insert(.ended)
        return ReadOutcome.ended
    }

    /// Gives the peer back what was used of its window.
    @inline(__always)
    mutating func settle(_ stream: ConnectionPointer) {
        guard let state = stream.pointee.stream else { return }
        settle(stream, state)
    }

    private mutating func settle(_ stream: ConnectionPointer, _ state: StreamPointer) {
        guard state.pointee.unused > 0, stream.pointee.inbound.isEmpty, let connection = state.pointee.carrier,
            let carrier = connection.pointee.carrier
        else { return }
        touch(connection)
        carrier.pointee.session.credit(state.pointee.id, state.pointee.unused)
        state.pointee.unused = 0
    }
}
