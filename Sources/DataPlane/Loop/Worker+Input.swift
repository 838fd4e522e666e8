internal import CNIOBoringSSL
internal import CPetrelSystem
internal import Glibc

/// What a read brought, when it brought no bytes.
enum ReadOutcome {
    static let nothing = 0
    static let ended = -1
    static let failed = -2
}

extension Worker {
    /// Reads plaintext into `buffer`: the number of bytes, or one of
    /// `ReadOutcome`. A short read counts as drained, so that nothing is
    /// ever read only to learn that there is nothing.
    @inline(__always)
    mutating func receive(_ connection: ConnectionPointer, _ buffer: UnsafeMutablePointer<UInt8>, _ capacity: Int) -> Int {
        if connection.pointee.session != nil { return receiveTLS(connection, buffer, capacity) }
        guard connection.pointee.flags.contains(.readable) else { return ReadOutcome.nothing }
        if connection.pointee.stream != nil { return receiveFromStream(connection) }
        let count = petrel_receive(connection.pointee.descriptor, buffer, capacity)
        if count > 0 {
            if count < capacity, !connection.pointee.flags.contains(.peerClosed) {
                connection.pointee.flags.remove(.readable)
            }
            return count
        }
        connection.pointee.flags.remove(.readable)
        if count == 0 {
            connection.pointee.flags.insert(.ended)
            return ReadOutcome.ended
        }
        if count == -Int(EAGAIN) || count == -Int(EINTR) { return ReadOutcome.nothing }
        connection.pointee.flags.insert([.ended, .broken])
        return ReadOutcome.failed
    }

    private mutating func receiveTLS(
        _ connection: ConnectionPointer, _ buffer: UnsafeMutablePointer<UInt8>, _ capacity: Int
    ) -> Int {
        guard let session = connection.pointee.session else { return ReadOutcome.failed }
        let canRead = connection.pointee.flags.contains(.readable)
        if SSL_get_shutdown(session) & SSL_RECEIVED_SHUTDOWN != 0 {
            // The peer said its end; its FIN may take its time.
            connection.pointee.flags.insert(.ended)
            return ReadOutcome.ended
        }
        if !canRead, connection.pointee.ciphertext.isEmpty, SSL_pending(session) == 0 { return ReadOutcome.nothing }
        lend(connection)
        var total = 0
        var outcome = ReadOutcome.nothing
        while total < capacity {
            let count = SSL_read(session, buffer + total, Int32(truncatingIfNeeded: capacity - total))
            if count > 0 {
                total += Int(count)
                // The rest of a record that didn't fit comes next time.
                continue
            }
            switch SSL_get_error(session, count) {
            case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: outcome = ReadOutcome.nothing
            case SSL_ERROR_ZERO_RETURN: outcome = ReadOutcome.ended
            case SSL_ERROR_SYSCALL where transport.pointee.ended: outcome = ReadOutcome.ended
            default: outcome = ReadOutcome.failed
            }
            ERR_clear_error()
            break
        }
        takeBack(connection)
        // There may be more, though nothing more will be said about it.
        if total == capacity { connection.pointee.flags.insert(.readable) }
        if transport.pointee.ended, outcome == ReadOutcome.nothing, total == 0 { outcome = ReadOutcome.ended }
        if transport.pointee.failure != 0 { outcome = ReadOutcome.failed }
        if outcome != ReadOutcome.nothing, total == 0 {
            connection.pointee.flags.insert(.ended)
            if outcome == ReadOutcome.failed { connection.pointee.flags.insert(.broken) }
            return outcome
        }
        // Post-handshake messages (key updates) may have written.
        flushTransport(connection)
        return total
    }

    /// Lends the worker's TLS transport to a connection.
    mutating func lend(_ connection: ConnectionPointer) {
        transport.pointee.lend(
            to: connection.pointee.descriptor, leftover: connection.pointee.ciphertext.bytes,
            canRead: connection.pointee.flags.contains(.readable))
        blocks.release(&connection.pointee.ciphertext)
    }

    /// Takes it back: keeps ciphertext that wasn't used.
    mutating func takeBack(_ connection: ConnectionPointer) {
        let leftover = transport.pointee.leftover
        if leftover.count > 0 { blocks.append(leftover, to: &connection.pointee.ciphertext) }
        if transport.pointee.drained, !connection.pointee.flags.contains(.peerClosed) {
            connection.pointee.flags.remove(.readable)
        }
    }

    /// Sends what BoringSSL wrote, through the queue of the connection.
    mutating func flushTransport(_ connection: ConnectionPointer) {
        let written = transport.pointee.written
        if written.count > 0 { _ = transmitRaw(connection, written) }
    }
}
