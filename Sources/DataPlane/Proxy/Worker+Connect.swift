internal import CNIOBoringSSL
internal import CPetrelSystem
internal import Glibc
internal import Telemetry
internal import TrafficModel

extension Worker {
    /// Opens a connection to an endpoint for one request.
    mutating func connect(_ exchange: ExchangePointer, _ endpoint: EndpointPointer) {
        guard let connection = dial(endpoint, role: .upstreamHTTP) else {
            return attemptFailed(exchange, .connect, .upstreamConnectFailure, "the connection could not be opened")
        }
        connection.pointee.nameHash = exchange.pointee.serverNameHash
        connection.pointee.exchange = exchange
        exchange.pointee.upstream = connection
    }

    /// Opens a socket towards an endpoint and registers it.
    /// `port` takes the place of the endpoint's; 0 leaves that.
    /// `other` is another address of it, at `place` among its name's.
    mutating func dial(
        _ endpoint: EndpointPointer, role: Connection.Role, port: UInt16 = 0, to other: petrel_address? = nil,
        place: UInt8 = 0
    ) -> ConnectionPointer? {
        let cluster = endpoint.pointee.cluster
        var address = other ?? endpoint.pointee.address
        if port != 0 { address.port = port }
        let descriptor: Int32
        if let source = cluster.pointee.plan.sourceAddress, source.isIPv4 == (address.family == 4) {
            var from = petrel_address(source, port: cluster.pointee.plan.sourcePort)
            descriptor = petrel_connect_from(&address, &from)
        } else {
            descriptor = petrel_connect(&address)
        }
        guard descriptor >= 0 else { return dialRest(endpoint, role: role, behind: place) }
        let connection = connections.allocate()
        connection.pointee.descriptor = descriptor
        connection.pointee.role = role
        connection.pointee.flags = [.connecting]
        connection.pointee.opened = now
        connection.pointee.lastActivity = now
        connection.pointee.endpoint = endpoint
        connection.pointee.addressPlace = place
        endpoint.pointee.connections += 1
        cluster.pointee.connections += 1
        _ = cluster.pointee.shared.takeConnection(.max, isFirst: true)
        if !cluster.pointee.plan.keepalive.isEmpty {
            let plan = cluster.pointee.plan.keepalive[0]
            _ = petrel_keepalive(
                descriptor, Int32(clamping: plan.probes), Int32(clamping: plan.timeSeconds),
                Int32(clamping: plan.intervalSeconds))
        }
        if settings.logFormat != nil { _ = petrel_local_address(descriptor, &connection.pointee.local) }
        let added = petrel_epoll_add(
            epoll, descriptor, PETREL_READ | PETREL_WRITE | PETREL_HALF_CLOSED | PETREL_EDGE, connection.pointee.token)
        if added < 0 {
            closeUpstream(connection)
            return nil
        }
        metrics.shard.add(metrics.upstreamConnections)
        cluster.pointee.metrics?.add(WorkerMetrics.clusterLayout.connections)
        armConnecting(connection, limit: UInt64(max(1, cluster.pointee.plan.connectTimeoutMilliseconds)))
        return connection
    }

    /// Moves a new connection on: connected, then PROXY protocol, then TLS.
    /// True when it is ready for bytes; a failure is told to `connectFailed`.
    mutating func advance(_ connection: ConnectionPointer) -> Bool {
        if connection.pointee.flags.contains(.connecting) {
            let error = petrel_socket_error(connection.pointee.descriptor)
            if error != 0 {
                if passOn(connection) { return false }
                connectFailed(connection, .upstreamConnectFailure, connectWords(-error))
                return false
            }
            if connection.pointee.flags.contains(.broken) {
                connectFailed(connection, .upstreamConnectFailure, "the connection broke")
                return false
            }
            connection.pointee.flags.remove(.connecting)
            settleRivals(connection)
            guard openTransport(connection) else { return false }
        }
        if connection.pointee.flags.contains(.handshaking) { return continueHandshake(connection) }
        connection.pointee.flags.insert(.ready)
        timers.disarm(Self.timer(connection))
        return true
    }

    private func connectWords(_ error: Int32) -> String {
        switch error {
        case ECONNREFUSED: "connection refused"
        case EHOSTUNREACH, ENETUNREACH: "no route to the host"
        case ETIMEDOUT: "the connection timed out"
        default: String(cString: strerror(error))
        }
    }

    /// Which of the cluster's transport socket matches an endpoint falls
    /// under; nil for none.
    private func transportMatch(_ endpoint: EndpointPointer) -> Int? {
        let cluster = endpoint.pointee.cluster
        if cluster.pointee.plan.transportMatches.isEmpty { return nil }
        let plans = cluster.pointee.snapshot.pointee.tables.endpoints(ofCluster: cluster.pointee.index)
        let place = endpoint.pointee.plan
        guard place >= 0, place < plans.count else { return cluster.pointee.plan.transportMatch(for: nil) }
        return cluster.pointee.plan.transportMatch(for: plans[place])
    }

    private mutating func openTransport(_ connection: ConnectionPointer) -> Bool {
        guard let endpoint = connection.pointee.endpoint else { return false }
        let cluster = endpoint.pointee.cluster
        let match = transportMatch(endpoint)
        let own = match.map { cluster.pointee.plan.transportMatches[$0] }
        let proxyVersion = own?.proxyProtocolVersion ?? cluster.pointee.plan.proxyProtocolVersion
        if proxyVersion > 0, !sendProxyHeader(connection, version: proxyVersion) {
            connectFailed(connection, .upstreamConnectFailure, "the PROXY header could not be sent")
            return false
        }
        let plans = own?.tls ?? cluster.pointee.plan.tls
        guard !plans.isEmpty else { return true }
        let isHTTP =
            connection.pointee.role == .upstreamHTTP || connection.pointee.role == .upstreamHTTP2
            || connection.pointee.role == .probe
        do {
            let context = try tlsContext(cluster, match, plans[0], isHTTP: isHTTP)
            let name = serverName(connection, endpoint, plans[0])
            guard let tlsBIO, let session = context.connection(name: name, over: tlsBIO) else {
                connectFailed(connection, .upstreamTLSFailure, "no memory for TLS")
                return false
            }
            connection.pointee.session = session
            connection.pointee.flags.insert(.handshaking)
            if isHTTP, plans[0].applicationProtocols.isEmpty { offerProtocols(session, connection, cluster) }
            return true
        } catch {
            tlsFailed(connection, error)
            return false
        }
    }

    /// Offers HTTP/2 by ALPN where the cluster asks for it and doesn't say
    /// itself what to offer.
    private func offerProtocols(_ session: OpaquePointer, _ connection: ConnectionPointer, _ cluster: ClusterPointer) {
        let offer: StaticString
        if connection.pointee.role == .upstreamHTTP2 {
            offer = "\u{2}h2"
        } else if cluster.pointee.plan.httpProtocol == .automatic, connection.pointee.role != .probe {
            offer = "\u{2}h2\u{8}http/1.1"
        } else {
            return
        }
        SSL_set_alpn_protos(session, offer.utf8Start, offer.utf8CodeUnitCount)
    }

    /// The name asked for, and checked: of the configuration, the request or
    /// the endpoint.
    private func serverName(_ connection: ConnectionPointer, _ endpoint: EndpointPointer, _ plan: TLSPlan) -> String? {
        switch plan.serverName {
        case .none: return nil
        case .fixed: return plan.serverNameText.string
        case .endpointHost: return endpoint.pointee.hostname.string
        case .requestHost:
            if !connection.pointee.serverName.isEmpty {
                return Self.hostWithoutPort(String(decoding: connection.pointee.serverName.bytes, as: UTF8.self))
            }
            guard let exchange = connection.pointee.exchange else { return endpoint.pointee.hostname.string }
            let authority = exchange.pointee.bytes(exchange.pointee.upstreamAuthority)
            return Self.hostWithoutPort(String(decoding: authority, as: UTF8.self))
        }
    }

    static func hostWithoutPort(_ authority: String) -> String {
        if authority.hasPrefix("[") {
            return String(authority.dropFirst().prefix { $0 != "]" })
        }
        guard let colon = authority.lastIndex(of: ":"), authority.firstIndex(of: ":") == colon else { return authority }
        return String(authority[..<colon])
    }

    /// The context of an endpoint's settings: of the match it falls under,
    /// or of the cluster.
    private func tlsContext(_ cluster: ClusterPointer, _ match: Int?, _ plan: TLSPlan, isHTTP: Bool)
        throws(TLSFailure) -> TLSContext
    {
        let tables = cluster.pointee.snapshot.pointee.tables
        let serial = cluster.pointee.snapshot.pointee.serial
        func settings() throws(TLSFailure) -> TLSSettings { try TLSSettings(plan, tables: tables) }
        func make(_ settings: TLSSettings) throws(TLSFailure) -> TLSContext {
            try TLSContext(settings, .client(fallbackProtocols: isHTTP ? ["http/1.1"] : []))
        }
        guard let match else {
            return try cluster.pointee.tls.context(at: milliseconds, serial: serial, settings: settings, make: make)
        }
        return try cluster.pointee.matchedTLS[match, default: TLSContextSlot()].context(
            at: milliseconds, serial: serial, settings: settings, make: make)
    }

    private mutating func continueHandshake(_ connection: ConnectionPointer) -> Bool {
        guard let session = connection.pointee.session else { return false }
        lend(connection)
        let result = SSL_do_handshake(session)
        let error = result == 1 ? SSL_ERROR_NONE : SSL_get_error(session, result)
        takeBack(connection)
        let ended = transport.pointee.ended || transport.pointee.failure != 0
        flushTransport(connection)
        if result == 1 {
            connection.pointee.flags.remove(.handshaking)
            connection.pointee.flags.insert(.ready)
            connection.pointee.negotiated = NegotiatedProtocol(of: session)
            timers.disarm(Self.timer(connection))
            return true
        }
        if !ended, error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE { return false }
        tlsFailed(connection, TLSContext.failure(of: session, result: result, ended: ended))
        return false
    }

    private mutating func tlsFailed(_ connection: ConnectionPointer, _ failure: TLSFailure) {
        var wanted = ""
        if let session = connection.pointee.session, let name = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name) {
            wanted = String(cString: name)
        } else if let endpoint = connection.pointee.endpoint {
            wanted = endpoint.pointee.hostname.string
        }
        if wanted.isEmpty, let endpoint = connection.pointee.endpoint { wanted = Self.text(endpoint.pointee.address) }
        let reason: Reason
        switch failure.kind {
        case .certificateExpired, .certificateNotYetValid: reason = .certificateExpired
        case .certificateSelfSigned, .certificateUnknownIssuer, .certificateRejected, .certificateMissing: reason = .certificateUntrusted
        case .certificateWrongName: reason = .certificateNameMismatch
        case .certificateRevoked: reason = .certificateRevoked
        case .protocolError, .refused, .closed, .timedOut, .configuration: reason = .upstreamTLSFailure
        }
        connectFailed(connection, reason, failure.sentence(wanted: wanted))
    }

    static func text(_ address: petrel_address) -> String {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { memory in
            var writer = ByteWriter(memory)
            writer.address(address)
            return String(decoding: writer.written, as: UTF8.self)
        }
    }

    /// A connection that never got ready.
    mutating func connectFailed(_ connection: ConnectionPointer, _ reason: Reason, _ detail: String) {
        if connection.pointee.role == .probe {
            guard let probe = connection.pointee.probe else { return closeUpstream(connection) }
            return conclude(probe, .failed)
        }
        if let endpoint = connection.pointee.endpoint {
            endpoint.pointee.cluster.pointee.metrics?.add(WorkerMetrics.clusterLayout.failures)
        }
        if connection.pointee.role == .relayUpstream {
            report(connection.pointee.endpoint, connection.pointee.flags.contains(.timedOut) ? .timedOut : .failed)
            return relayConnectFailed(connection, reason, detail)
        }
        report(connection.pointee.endpoint, connection.pointee.flags.contains(.timedOut) ? .timedOut : .failed)
        if connection.pointee.role == .upstreamHTTP2 { return carrierConnectFailed(connection, reason, detail) }
        let exchange = connection.pointee.exchange
        connection.pointee.exchange = nil
        exchange?.pointee.upstream = nil
        closeUpstream(connection)
        if let exchange { attemptFailed(exchange, .connect, reason, detail) }
    }

    // MARK: - PROXY protocol

    private mutating func sendProxyHeader(_ connection: ConnectionPointer, version: UInt8) -> Bool {
        var client = petrel_address()
        var target = petrel_address()
        if let downstream = connection.pointee.exchange?.pointee.downstream ?? connection.pointee.other {
            client = downstream.pointee.peer
            target = downstream.pointee.local
        }
        return withUnsafeTemporaryAllocation(byteCount: 256, alignment: 8) { memory in
            var writer = ByteWriter(memory)
            ProxyProtocol.write(&writer, version: version, client: client, target: target)
            return transmitRaw(connection, writer.written)
        }
    }
}
