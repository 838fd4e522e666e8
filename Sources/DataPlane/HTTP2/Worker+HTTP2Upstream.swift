internal import CPetrelSystem
internal import HTTP2
internal import Telemetry
internal import TrafficModel

// HTTP/2 towards upstreams: few connections, many requests on each.

extension Worker {
    /// Whether a request goes to its endpoint as a stream.
    @inline(__always)
    func goesByStream(_ exchange: ExchangePointer, _ endpoint: EndpointPointer) -> Bool {
        // A tunnel that begins here has the connection to itself.
        if exchange.pointee.flags.contains(.tunnel) { return false }
        switch endpoint.pointee.cluster.pointee.plan.httpProtocol {
        case .http1: return false
        case .http2: return true
        case .downstream: return exchange.pointee.downstream?.pointee.stream != nil
        // Until the first handshake nobody knows.
        case .automatic: return endpoint.pointee.negotiatedHTTP2
        }
    }

    /// Sends a request as a stream: on a connection that has room, or on a
    /// new one, or in line. False when it has to wait in line.
    mutating func startStream(_ exchange: ExchangePointer, _ endpoint: EndpointPointer) -> Bool {
        if !exchange.pointee.flags.contains(.needsFreshConnection),
            let connection = findCarrier(endpoint, exchange.pointee.serverNameHash)
        {
            metrics.shard.add(metrics.upstreamReused)
            attach(exchange, to: connection)
            return true
        }
        guard mayConnect(endpoint) else { return false }
        guard let connection = dial(endpoint, role: .upstreamHTTP2) else {
            attemptFailed(exchange, .connect, .upstreamConnectFailure, "the connection could not be opened")
            return true
        }
        connection.pointee.nameHash = exchange.pointee.serverNameHash
        if exchange.pointee.serverNameHash != 0 {
            blocks.append(exchange.pointee.bytes(exchange.pointee.upstreamAuthority), to: &connection.pointee.serverName)
        }
        startUpstreamHTTP2(connection)
        linkCarrier(connection, endpoint)
        attach(exchange, to: connection)
        return true
    }

    /// Whether a request can go out at once, on a connection that is there.
    func hasOpenCarrier(_ exchange: ExchangePointer, _ endpoint: EndpointPointer) -> Bool {
        if exchange.pointee.flags.contains(.needsFreshConnection) { return false }
        return findCarrier(endpoint, exchange.pointee.serverNameHash)?.pointee.flags.contains(.ready) ?? false
    }

    private func findCarrier(_ endpoint: EndpointPointer, _ nameHash: UInt64) -> ConnectionPointer? {
        let cluster = endpoint.pointee.cluster
        let most = max(1, Int(cluster.pointee.plan.maximumConcurrentStreams))
        let mostRequests = cluster.pointee.plan.maximumRequestsPerConnection
        let mostAge = cluster.pointee.plan.maximumConnectionMilliseconds
        var candidate = endpoint.pointee.carriers
        while let connection = candidate {
            candidate = connection.pointee.nextIdle
            guard let carrier = connection.pointee.carrier, connection.pointee.nameHash == nameHash,
                !carrier.pointee.isEnding, carrier.pointee.count < most,
                mostRequests == 0 || connection.pointee.requests < mostRequests
            else { continue }
            if let mostAge, mostAge > 0, (now &- connection.pointee.opened) / 1_000_000 >= UInt64(mostAge) { continue }
            // Before its SETTINGS nobody knows what it takes: requests wait.
            let isKnown = carrier.pointee.session.hasPeerSettings
            if isKnown ? carrier.pointee.session.canOpen : carrier.pointee.count < 100 { return connection }
        }
        return nil
    }

    /// Makes a stream of a connection the upstream of an exchange.
    private mutating func attach(_ exchange: ExchangePointer, to connection: ConnectionPointer) {
        guard let carrier = connection.pointee.carrier else { return }
        let stream = makeStream(connection, carrier)
        stream.pointee.role = .upstreamHTTP
        stream.pointee.exchange = exchange
        stream.pointee.local = connection.pointee.local
        if connection.pointee.requests > 0 { stream.pointee.flags.insert(.reused) }
        connection.pointee.requests &+= 1
        exchange.pointee.upstream = stream
        if connection.pointee.flags.contains(.ready), carrier.pointee.session.canOpen, mayBegin(exchange, carrier) {
            begin(exchange, on: stream, carrier)
        }
    }

    /// Whether an upgrade can be translated is known with the peer's SETTINGS.
    private func mayBegin(_ exchange: ExchangePointer, _ carrier: CarrierPointer) -> Bool {
        carrier.pointee.session.hasPeerSettings || !exchange.pointee.flags.contains(.upgrade)
    }

    /// The stream gets its number, and the request goes out.
    private mutating func begin(
        _ exchange: ExchangePointer, on stream: ConnectionPointer, _ carrier: CarrierPointer
    ) {
        guard let state = stream.pointee.stream, let connection = state.pointee.carrier else { return }
        let isHead = exchange.pointee.flags.contains(.isHead)
        guard let id = carrier.pointee.session.open(tag: stream.pointee.token, ignoresLength: isHead) else {
            return upstreamBroke(stream, exchange)
        }
        timers.disarm(Self.timer(connection))
        state.pointee.id = id
        stream.pointee.local = connection.pointee.local
        stream.pointee.flags.insert(.ready)
        send(exchange, on: stream)
    }

    /// A connection to an upstream shook hands and speaks HTTP/2.
    mutating func upstreamCarrierReady(_ connection: ConnectionPointer) {
        guard let carrier = connection.pointee.carrier else { return }
        let generation = connection.pointee.slot.generation
        touch(connection)
        while connection.pointee.slot.generation == generation, let stream = firstWaiting(carrier) {
            guard let exchange = stream.pointee.exchange else {
                closeUpstream(stream)
                continue
            }
            if carrier.pointee.session.canOpen {
                begin(exchange, on: stream, carrier)
            } else if !carrier.pointee.session.hasPeerSettings {
                return
            } else {
                // More than the upstream takes on one connection.
                detachUpstream(exchange, mayStay: false)
                leaveEndpoint(exchange)
                start(exchange)
            }
        }
    }

    private func firstWaiting(_ carrier: CarrierPointer) -> ConnectionPointer? {
        var candidate = carrier.pointee.first
        while let stream = candidate {
            if let state = stream.pointee.stream, state.pointee.id == 0,
                stream.pointee.exchange.map({ mayBegin($0, carrier) }) ?? true
            {
                return stream
            }
            candidate = stream.pointee.nextIdle
        }
        return nil
    }

    /// ALPN chose HTTP/2 for a connection that carries one request so far.
    mutating func becomeCarrier(_ connection: ConnectionPointer) {
        let exchange = connection.pointee.exchange
        connection.pointee.exchange = nil
        exchange?.pointee.upstream = nil
        startUpstreamHTTP2(connection)
        guard let endpoint = connection.pointee.endpoint else { return closeUpstream(connection) }
        endpoint.pointee.negotiatedHTTP2 = true
        linkCarrier(connection, endpoint)
        if let exchange { attach(exchange, to: connection) }
        enqueue(connection)
    }

    /// No connection could be made: each request tries as its route says.
    mutating func carrierConnectFailed(_ connection: ConnectionPointer, _ reason: Reason, _ detail: String) {
        guard let carrier = connection.pointee.carrier else { return closeUpstream(connection) }
        unlinkCarrier(connection)
        while let stream = carrier.pointee.first {
            let exchange = stream.pointee.exchange
            stream.pointee.exchange = nil
            exchange?.pointee.upstream = nil
            closeUpstream(stream)
            if let exchange { attemptFailed(exchange, .connect, reason, detail) }
        }
        closeUpstream(connection)
    }

    /// A request that the upstream didn't look at goes out once more.
    mutating func startAgain(_ exchange: ExchangePointer) -> Bool {
        guard !exchange.pointee.flags.contains(.notReplayable), !exchange.pointee.flags.contains(.retriedReuse),
            !exchange.pointee.flags.contains(.responseStarted), exchange.pointee.firstByte == 0
        else { return false }
        exchange.pointee.flags.insert(.retriedReuse)
        exchange.pointee.flags.remove(.requestSent)
        metrics.shard.add(metrics.upstreamRetries)
        detachUpstream(exchange, mayStay: false)
        leaveEndpoint(exchange)
        start(exchange)
        return true
    }

    // MARK: - The pool

    private func linkCarrier(_ connection: ConnectionPointer, _ endpoint: EndpointPointer) {
        connection.pointee.previousIdle = nil
        connection.pointee.nextIdle = endpoint.pointee.carriers
        endpoint.pointee.carriers?.pointee.previousIdle = connection
        endpoint.pointee.carriers = connection
        connection.pointee.flags.insert(.pooled)
    }

    /// The connection gets no more requests.
    mutating func unlinkCarrier(_ connection: ConnectionPointer) {
        guard connection.pointee.flags.contains(.pooled), let endpoint = connection.pointee.endpoint else { return }
        connection.pointee.flags.remove(.pooled)
        if let previous = connection.pointee.previousIdle {
            previous.pointee.nextIdle = connection.pointee.nextIdle
        } else {
            endpoint.pointee.carriers = connection.pointee.nextIdle
        }
        connection.pointee.nextIdle?.pointee.previousIdle = connection.pointee.previousIdle
        connection.pointee.nextIdle = nil
        connection.pointee.previousIdle = nil
    }

    /// The endpoint is gone: its connections end with their last stream.
    mutating func retireCarriers(_ endpoint: EndpointPointer) {
        while let connection = endpoint.pointee.carriers {
            unlinkCarrier(connection)
            leaveCarrier(connection)
        }
    }

    /// A stream ended: there is room for one more.
    mutating func upstreamStreamEnded(_ connection: ConnectionPointer) {
        guard let endpoint = connection.pointee.endpoint else { return }
        let cluster = endpoint.pointee.cluster
        if cluster.pointee.firstPending != nil { servePending(cluster) }
    }

    /// The upstream said how many streams it takes, and what it knows.
    mutating func upstreamSettingsCame(_ connection: ConnectionPointer) {
        let generation = connection.pointee.slot.generation
        upstreamCarrierReady(connection)
        if connection.pointee.slot.generation == generation { upstreamStreamEnded(connection) }
    }

    mutating func upstreamCarrierIsIdle(_ connection: ConnectionPointer) {
        guard let endpoint = connection.pointee.endpoint else { return }
        let cluster = endpoint.pointee.cluster
        let mostRequests = cluster.pointee.plan.maximumRequestsPerConnection
        if endpoint.pointee.retired || cluster.pointee.retired || drainDeadline != 0
            || (mostRequests > 0 && connection.pointee.requests >= mostRequests)
            || !connection.pointee.flags.contains(.ready)
        {
            unlinkCarrier(connection)
            return leaveCarrier(connection)
        }
        if let limit = cluster.pointee.plan.idleTimeoutMilliseconds, limit > 0 { arm(connection, after: UInt64(limit)) }
    }
}
