internal import CNIOBoringSSL
internal import CPetrelSystem
internal import Telemetry
internal import TrafficModel

// TLS that ends here: the client's handshake, then a decision with what the
// client showed.

extension Worker {
    /// Time for a client's handshake where the chain sets none. Envoy waits
    /// for ever; a client that never speaks would hold its descriptor.
    static let handshakeMilliseconds: UInt64 = 15_000

    /// Starts to shake hands with a client whose chain ends its TLS.
    mutating func startSecuring(
        _ connection: ConnectionPointer, _ snapshot: SnapshotPointer, _ decision: ConnectionDecision
    ) {
        connection.pointee.role = .securing
        let chain = snapshot.pointee.tables.chain(of: decision)
        let limit = chain.transportTimeoutMilliseconds
        arm(connection, after: limit > 0 ? UInt64(limit) : Self.handshakeMilliseconds)
        // The bytes looked at are the start of the handshake.
        guard connection.pointee.inbound.count <= TLSTransport.inputCapacity else {
            return securingFailed(connection, TLSFailure(kind: .protocolError, detail: "the first message is too long"))
        }
        connection.pointee.ciphertext = connection.pointee.inbound
        connection.pointee.inbound = Block()
        do {
            let context = try serverContext(snapshot, decision, chain.downstreamTLS[0])
            guard let tlsBIO, let session = context.accept(over: tlsBIO) else {
                return securingFailed(connection, TLSFailure(kind: .configuration, detail: "no memory"))
            }
            connection.pointee.session = session
            connection.pointee.flags.insert(.handshaking)
        } catch {
            return securingFailed(connection, error)
        }
        continueSecuring(connection)
    }

    /// The context of a filter chain; the last one that could be made stays
    /// in use when its certificates can't be read any more.
    private mutating func serverContext(
        _ snapshot: SnapshotPointer, _ decision: ConnectionDecision, _ plan: DownstreamTLSPlan
    ) throws(TLSFailure) -> TLSContext {
        let key = Int(decision.listener) << 20 | Int(decision.chain)
        let tables = snapshot.pointee.tables
        return try snapshot.pointee.serverTLS[key, default: TLSContextSlot()].context(
            at: milliseconds, serial: snapshot.pointee.serial, settings: { () throws(TLSFailure) in
                try TLSSettings(plan, tables: tables)
            }, make: { settings throws(TLSFailure) in
                try TLSContext(settings, .server(requiresCertificate: plan.requiresClientCertificate))
            })
    }

    mutating func continueSecuring(_ connection: ConnectionPointer) {
        guard let session = connection.pointee.session else { return closeSilently(connection) }
        guard !connection.pointee.flags.contains(.broken), flush(connection) else { return closeSilently(connection) }
        lend(connection)
        let result = SSL_do_handshake(session)
        let error = result == 1 ? SSL_ERROR_NONE : SSL_get_error(session, result)
        takeBack(connection)
        let ended = transport.pointee.ended || transport.pointee.failure != 0
        flushTransport(connection)
        if result == 1 { return secured(connection, session) }
        if !ended, error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE { return }
        securingFailed(connection, TLSContext.failure(of: session, result: result, ended: ended))
    }

    /// The handshake is over: decides again, with what the client showed.
    private mutating func secured(_ connection: ConnectionPointer, _ session: OpaquePointer) {
        connection.pointee.flags.remove(.handshaking)
        connection.pointee.flags.insert([.ready, .readable])
        connection.pointee.negotiated = NegotiatedProtocol(of: session)
        if let certificate = SSL_get_peer_certificate(session) {
            var identity = CertificateNames(certificate).identity
            X509_free(certificate)
            identity.withUTF8 { blocks.append(UnsafeRawBufferPointer($0), to: &connection.pointee.identity) }
        }
        guard let workload = connection.pointee.workload else { return closeSilently(connection) }
        let snapshot = workload.pointee.snapshot
        guard !snapshot.pointee.tables.listeners.isVacant(Int(connection.pointee.listenerIndex)) else {
            return refuse(connection, .noListener)
        }
        let decision = snapshot.pointee.tables.decide(
            facts(connection), on: Int(connection.pointee.listenerIndex), random: random.next())
        guard decision.chain >= 0, !snapshot.pointee.tables.chain(of: decision).downstreamTLS.isEmpty else {
            // Another configuration came meanwhile, which doesn't speak TLS here.
            return refuse(connection, .noFilterChain)
        }
        carryOut(decision, connection, snapshot)
    }

    /// A client's handshake that came to nothing: the alert goes out, the
    /// log says why.
    mutating func securingFailed(_ connection: ConnectionPointer, _ failure: TLSFailure) {
        let reason: Reason
        switch failure.kind {
        case .certificateExpired, .certificateNotYetValid, .certificateSelfSigned, .certificateUnknownIssuer,
            .certificateWrongName, .certificateRevoked, .certificateRejected, .certificateMissing:
            reason = .invalidMTLS
        case .protocolError, .refused: reason = .downstreamProtocolError
        case .closed: reason = .downstreamClosed
        case .timedOut: reason = .streamIdleTimeout
        case .configuration: reason = .unsupportedAction
        }
        logConnection(
            connection, reason: reason, cluster: FlatText(), upstream: petrel_address(),
            detail: failure.sentence(wanted: "the client"))
        metrics.count(reason)
        // Of TLS only the alert is left; what else comes is read and dropped.
        if let session = connection.pointee.session { SSL_free(session) }
        connection.pointee.session = nil
        blocks.release(&connection.pointee.ciphertext)
        startLingering(connection)
    }
}
