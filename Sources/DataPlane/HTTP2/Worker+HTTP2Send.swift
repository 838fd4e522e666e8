internal import CPetrelSystem
internal import HTTP2
internal import TrafficModel

// Bytes of a stream's connection become frames. They come in HTTP/1.1's form,
// written by us: heads are whole and well formed.

extension Worker {
    /// Sends bytes on a stream, or queues what its windows don't allow.
    mutating func transmitToStream(_ stream: ConnectionPointer, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let state = stream.pointee.stream, let connection = state.pointee.carrier,
            let carrier = connection.pointee.carrier, !carrier.pointee.session.isFailed
        else { return false }
        touch(connection)
        var rest = bytes
        while rest.count > 0 {
            switch state.pointee.writing {
            case .head:
                guard let used = writeHead(stream, state, carrier, rest) else { return false }
                rest = UnsafeRawBufferPointer(rebasing: rest[used...])
            case .body: return writeBody(stream, state, rest)
            case .tunnel: return write(stream, state, rest, ends: false)
            // What stands behind a message belongs to nobody.
            case .done: return true
            }
        }
        return true
    }

    private mutating func writeBody(
        _ stream: ConnectionPointer, _ state: StreamPointer, _ bytes: UnsafeRawBufferPointer
    ) -> Bool {
        if !state.pointee.body.isChunked {
            let count = state.pointee.body.share(of: bytes.count)
            state.pointee.body.take(count)
            let isLast = state.pointee.body.isDone
            if isLast { state.pointee.writing = .done }
            return write(stream, state, UnsafeRawBufferPointer(rebasing: bytes[0..<count]), ends: isLast)
        }
        let span = Span<UInt8>(_unsafeBytes: bytes)
        var offset = 0
        while offset < bytes.count, !state.pointee.body.decoder.isDone {
            let step = state.pointee.body.decoder.step(span, from: offset)
            guard step.violation == .none else { return false }
            offset += step.consumed
            guard step.body > 0 else { continue }
            let run = UnsafeRawBufferPointer(rebasing: bytes[(offset - step.body)..<offset])
            guard write(stream, state, run, ends: false) else { return false }
        }
        guard state.pointee.body.decoder.isDone else { return true }
        state.pointee.writing = .done
        return writeEnd(stream, state)
    }

    /// Ends a body: with trailers, if the other half has some.
    private mutating func writeEnd(_ stream: ConnectionPointer, _ state: StreamPointer) -> Bool {
        if let other = otherHalf(stream), other.pointee.trailers.count > 0 {
            blocks.append(other.pointee.trailers.bytes, to: &state.pointee.lastFields)
        }
        return write(stream, state, UnsafeRawBufferPointer(start: nil, count: 0), ends: true)
    }

    /// The stream on the other side of the exchange, if it is one.
    private func otherHalf(_ stream: ConnectionPointer) -> StreamPointer? {
        guard let exchange = stream.pointee.exchange else { return nil }
        let other = stream.pointee.role == .upstreamHTTP ? exchange.pointee.downstream : exchange.pointee.upstream
        return other?.pointee.stream
    }

    /// Sends or queues a run of a body.
    private mutating func write(
        _ stream: ConnectionPointer, _ state: StreamPointer, _ bytes: UnsafeRawBufferPointer, ends: Bool
    ) -> Bool {
        if ends { state.pointee.endsAfterFlush = true }
        if !stream.pointee.outbound.isEmpty {
            guard stream.pointee.outbound.count + bytes.count <= 1 << 20 else { return false }
            blocks.append(bytes, to: &stream.pointee.outbound)
            return true
        }
        let sent = sendData(stream, state, bytes)
        if sent < bytes.count {
            blocks.append(UnsafeRawBufferPointer(rebasing: bytes[sent...]), to: &stream.pointee.outbound)
        }
        return true
    }

    /// Hands over as many bytes as may go now.
    private mutating func sendData(
        _ stream: ConnectionPointer, _ state: StreamPointer, _ bytes: UnsafeRawBufferPointer
    ) -> Int {
        guard let connection = state.pointee.carrier, let carrier = connection.pointee.carrier else { return bytes.count }
        guard state.pointee.id != 0 else { return 0 }
        let hasTrailers = state.pointee.lastFields.count > 0
        let ends = state.pointee.endsAfterFlush && !hasTrailers
        var sent = 0
        if ends || bytes.count > 0 {
            sent = carrier.pointee.session.sendData(
                state.pointee.id, Span(_unsafeBytes: bytes), ends: ends, most: room(connection, carrier))
        }
        if sent == bytes.count, state.pointee.endsAfterFlush, hasTrailers {
            if carrier.pointee.session.beginHead(state.pointee.id, ends: true) {
                writeLines(carrier, state.pointee.lastFields.bytes)
                carrier.pointee.session.endHead()
            }
            blocks.release(&state.pointee.lastFields)
        }
        return sent
    }

    /// Sends what the windows held back.
    mutating func flushStream(_ stream: ConnectionPointer) -> Bool {
        guard let state = stream.pointee.stream, let connection = state.pointee.carrier else { return false }
        touch(connection)
        let sent = sendData(stream, state, stream.pointee.outbound.bytes)
        if sent > 0 { stream.pointee.lastActivity = now }
        stream.pointee.outbound.consume(sent)
        if stream.pointee.outbound.isEmpty { blocks.release(&stream.pointee.outbound) }
        return true
    }

    /// Ends our direction of a tunnel.
    mutating func endStreamOutput(_ stream: ConnectionPointer) {
        guard let state = stream.pointee.stream, state.pointee.writing == .tunnel,
            let connection = state.pointee.carrier
        else { return }
        touch(connection)
        state.pointee.writing = .done
        stream.pointee.flags.insert(.writeClosed)
        _ = write(stream, state, UnsafeRawBufferPointer(start: nil, count: 0), ends: true)
    }

    /// Gives back what a stream's connection has besides, and resets the
    /// stream unless it has ended both ways.
    mutating func closeStream(_ stream: ConnectionPointer, _ state: StreamPointer) {
        stream.pointee.stream = nil
        if let connection = state.pointee.carrier, let carrier = connection.pointee.carrier {
            let isUpstream = stream.pointee.role == .upstreamHTTP || stream.pointee.role == .relayUpstream
            touch(connection)
            unlinkStream(stream, carrier)
            carrier.pointee.session.credit(state.pointee.id, state.pointee.unused)
            let isWhole = state.pointee.writing == .done && carrier.pointee.session.isLocalClosed(state.pointee.id)
            if isUpstream, isWhole, state.pointee.isAnswered {
                // Only the end is missing, which some send by itself.
                carrier.pointee.session.setTag(0, of: state.pointee.id)
            } else {
                // A client that sends on gets its answer (RFC 9113, 8.1); a
                // cut answer must not look like a whole one.
                let code: HTTP2ErrorCode = isUpstream ? .cancel : (isWhole ? .noError : .internalError)
                carrier.pointee.session.reset(state.pointee.id, code)
            }
            if carrier.pointee.count == 0 { carrierIsIdle(connection, carrier) }
            if isUpstream { upstreamStreamEnded(connection) }
        }
        blocks.release(&state.pointee.trailers)
        blocks.release(&state.pointee.lastFields)
        streams.free(state)
    }

    /// The last stream ended.
    private mutating func carrierIsIdle(_ connection: ConnectionPointer, _ carrier: CarrierPointer) {
        if carrier.pointee.isEnding { return }
        if connection.pointee.role == .downstreamHTTP2 {
            if drainDeadline != 0 { return leaveCarrier(connection) }
            if let workload = connection.pointee.workload { armIdle(connection, workload.pointee.snapshot) }
        } else {
            upstreamCarrierIsIdle(connection)
        }
    }
}
