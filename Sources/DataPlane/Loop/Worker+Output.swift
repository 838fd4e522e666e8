internal import CNIOBoringSSL
internal import CPetrelSystem
internal import Glibc

extension Worker {
    /// Sends bytes, or queues what the socket doesn't take. False when the
    /// connection is dead. Callers stop reading from their source while
    /// `outbound` isn't empty, so the queue never grows past one read.
    @inline(__always)
    mutating func transmit(_ connection: ConnectionPointer, _ bytes: UnsafeRawBufferPointer) -> Bool {
        if bytes.count == 0 { return true }
        if connection.pointee.session != nil { return transmitTLS(connection, bytes) }
        if connection.pointee.stream != nil { return transmitToStream(connection, bytes) }
        return transmitRaw(connection, bytes)
    }

    mutating func transmitRaw(_ connection: ConnectionPointer, _ bytes: UnsafeRawBufferPointer) -> Bool {
        if connection.pointee.outbound.isEmpty {
            let sent = petrel_send(connection.pointee.descriptor, bytes.baseAddress, bytes.count)
            if sent == bytes.count { return true }
            if sent < 0, sent != -Int(EAGAIN), sent != -Int(EINTR) {
                connection.pointee.flags.insert(.broken)
                return false
            }
            let rest = UnsafeRawBufferPointer(rebasing: bytes[max(0, sent)...])
            blocks.append(rest, to: &connection.pointee.outbound)
            return true
        }
        guard connection.pointee.outbound.count + bytes.count <= 1 << 20 else {
            connection.pointee.flags.insert(.broken)
            return false
        }
        blocks.append(bytes, to: &connection.pointee.outbound)
        return true
    }

    /// Two runs with one system call, where the second is too long to copy.
    mutating func transmit(
        _ connection: ConnectionPointer, _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer
    ) -> Bool {
        if connection.pointee.session == nil, connection.pointee.stream == nil, connection.pointee.outbound.isEmpty,
            second.count > 0
        {
            let sent = petrel_send_pair(
                connection.pointee.descriptor, first.baseAddress, first.count, second.baseAddress, second.count)
            if sent == first.count + second.count { return true }
            if sent < 0, sent != -Int(EAGAIN), sent != -Int(EINTR) {
                connection.pointee.flags.insert(.broken)
                return false
            }
            let done = max(0, sent)
            if done < first.count {
                blocks.append(UnsafeRawBufferPointer(rebasing: first[done...]), to: &connection.pointee.outbound)
                blocks.append(second, to: &connection.pointee.outbound)
            } else {
                let rest = UnsafeRawBufferPointer(rebasing: second[(done - first.count)...])
                blocks.append(rest, to: &connection.pointee.outbound)
            }
            return true
        }
        return transmit(connection, first) && transmit(connection, second)
    }

    private mutating func transmitTLS(_ connection: ConnectionPointer, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let session = connection.pointee.session else { return false }
        lend(connection)
        var written = 0
        while written < bytes.count {
            let count = SSL_write(
                session, bytes.baseAddress.map { $0 + written }, Int32(truncatingIfNeeded: bytes.count - written))
            if count <= 0 {
                ERR_clear_error()
                takeBack(connection)
                connection.pointee.flags.insert(.broken)
                return false
            }
            written += Int(count)
            // Long runs go out in parts that fit the transport.
            if transport.pointee.written.count > TLSTransport.outputCapacity / 2 {
                guard transmitRaw(connection, transport.pointee.written) else {
                    takeBack(connection)
                    return false
                }
                takeBack(connection)
                lend(connection)
            }
        }
        let alive = transport.pointee.written.count == 0 || transmitRaw(connection, transport.pointee.written)
        takeBack(connection)
        return alive
    }

    /// Sends queued bytes; false when the connection is dead.
    @inline(__always)
    mutating func flush(_ connection: ConnectionPointer) -> Bool {
        if connection.pointee.outbound.isEmpty { return true }
        return flushQueue(connection)
    }

    private mutating func flushQueue(_ connection: ConnectionPointer) -> Bool {
        if connection.pointee.stream != nil { return flushStream(connection) }
        let waiting = connection.pointee.outbound.bytes
        let sent = petrel_send(connection.pointee.descriptor, waiting.baseAddress, waiting.count)
        if sent < 0 {
            if sent == -Int(EAGAIN) || sent == -Int(EINTR) { return true }
            connection.pointee.flags.insert(.broken)
            return false
        }
        connection.pointee.lastActivity = now
        connection.pointee.outbound.consume(sent)
        if connection.pointee.outbound.isEmpty {
            blocks.release(&connection.pointee.outbound)
            if connection.pointee.flags.contains(.closeAfterFlush) { sendEnd(connection) }
        }
        return true
    }

    /// Ends our direction, after whatever is still queued.
    mutating func endOutput(_ connection: ConnectionPointer) {
        if connection.pointee.flags.contains(.writeClosed) { return }
        if connection.pointee.stream != nil { return endStreamOutput(connection) }
        if let session = connection.pointee.session, connection.pointee.flags.contains(.ready) {
            lend(connection)
            _ = SSL_shutdown(session)
            ERR_clear_error()
            takeBack(connection)
            flushTransport(connection)
        }
        if connection.pointee.outbound.isEmpty {
            sendEnd(connection)
        } else {
            connection.pointee.flags.insert(.closeAfterFlush)
        }
    }

    private mutating func sendEnd(_ connection: ConnectionPointer) {
        connection.pointee.flags.remove(.closeAfterFlush)
        connection.pointee.flags.insert(.writeClosed)
        _ = petrel_shutdown_write(connection.pointee.descriptor)
    }

    /// Closes the socket and gives back what the connection owned. Its
    /// exchange, pool and peer are the caller's business.
    mutating func close(_ connection: ConnectionPointer, reset: Bool = false) {
        timers.disarm(Self.timer(connection))
        if let stream = connection.pointee.stream { closeStream(connection, stream) }
        if let carrier = connection.pointee.carrier { closeCarrier(connection, carrier) }
        if let session = connection.pointee.session { SSL_free(session) }
        connection.pointee.session = nil
        blocks.release(&connection.pointee.inbound)
        blocks.release(&connection.pointee.outbound)
        blocks.release(&connection.pointee.ciphertext)
        blocks.release(&connection.pointee.serverName)
        blocks.release(&connection.pointee.offered)
        blocks.release(&connection.pointee.identity)
        if connection.pointee.descriptor >= 0 {
            if reset { petrel_reset(connection.pointee.descriptor) } else { Glibc.close(connection.pointee.descriptor) }
        }
        connection.pointee.descriptor = -1
        if let workload = connection.pointee.workload {
            connection.pointee.workload = nil
            workload.pointee.connections -= 1
            reapWorkload(workload)
        }
        connection.pointee.role = .unused
        connections.free(connection)
    }

    // MARK: - Timers

    @inline(__always)
    static func timer(_ connection: ConnectionPointer) -> UnsafeMutablePointer<TimerNode> {
        UnsafeMutableRawPointer(connection).assumingMemoryBound(to: TimerNode.self)
    }

    @inline(__always)
    static func timer(_ exchange: ExchangePointer) -> UnsafeMutablePointer<TimerNode> {
        UnsafeMutableRawPointer(exchange).assumingMemoryBound(to: TimerNode.self)
    }

    @inline(__always)
    mutating func arm(_ connection: ConnectionPointer, after delay: UInt64) {
        timers.arm(Self.timer(connection), at: milliseconds &+ delay)
    }
}
