internal import CPetrelSystem
internal import Telemetry
internal import TrafficModel

extension Worker {
    /// Brings a request to an endpoint of its cluster: over a waiting
    /// connection, a new one, or in line for one.
    mutating func start(_ exchange: ExchangePointer) {
        guard let cluster = exchange.pointee.cluster else { return }
        if exchange.pointee.request.isDone { requestComplete(exchange) } else { armExchange(exchange) }
        let endpoint: EndpointPointer
        if cluster.pointee.plan.discovery == .dynamicForwardProxy {
            let authority = String(decoding: exchange.pointee.bytes(exchange.pointee.upstreamAuthority), as: UTF8.self)
            let port: UInt16 = cluster.pointee.plan.tls.isEmpty ? 80 : 443
            switch forwardEndpoint(cluster, ForwardTarget(authority: authority, port: port)) {
            case .endpoint(let found): endpoint = found
            case .unknown: return reply(exchange, status: 503, .noEndpoint, detail: "\(authority) is no host")
            case .failed: return reply(exchange, status: 503, .dnsFailure, detail: "")
            case .waits:
                exchange.pointee.flags.insert(.waitsForCluster)
                return enqueuePending(exchange, cluster)
            }
        } else if !namesAreFresh(cluster) {
            exchange.pointee.flags.insert(.waitsForCluster)
            return enqueuePending(exchange, cluster)
        } else if cluster.pointee.plan.discovery == .originalDestination {
            let isNamed = exchange.pointee.flags.contains(.namesDestination)
            guard let downstream = exchange.pointee.downstream else { return abandon(exchange) }
            let target = isNamed ? exchange.pointee.destination : downstream.pointee.local
            guard target.family != 0, isNamed || downstream.pointee.flags.contains(.restored) else {
                return reply(
                    exchange, status: 503, .noEndpoint,
                    detail: isNamed ? "the header names no address" : "the connection has no original destination")
            }
            endpoint = originalEndpoint(cluster, target)
        } else if let chosen = pickForAttempt(cluster, exchange) {
            endpoint = chosen
        } else {
            let reason: Reason =
                cluster.pointee.plan.isBlackHole
                ? .blackHole : (cluster.pointee.names.isEmpty ? .noEndpoint : .dnsFailure)
            return reply(exchange, status: 503, reason, detail: "")
        }
        let isHigh = exchange.pointee.flags.contains(.highPriority)
        let shared = cluster.pointee.shared
        guard shared.takeRequest(breakers(exchange, cluster).maximumRequests, highPriority: isHigh) else {
            return reply(exchange, status: 503, .upstreamOverflow, detail: "too many requests at once")
        }
        exchange.pointee.endpoint = endpoint
        endpoint.pointee.uses += 1
        endpoint.pointee.activeRequests += 1
        cluster.pointee.activeRequests += 1
        exchange.pointee.upstreamAddress = endpoint.pointee.address
        if exchange.pointee.flags.contains(.namesEndpoint) { nameEndpoint(exchange, endpoint) }
        if exchange.pointee.retry.attempt == 1 { cluster.pointee.metrics?.add(WorkerMetrics.clusterLayout.requests) }
        // A waiting connection of HTTP/1 is no way for a request that is to go as a stream.
        let isStream = goesByStream(exchange, endpoint)
        if !isStream, !exchange.pointee.flags.contains(.needsFreshConnection),
            let waiting = takeIdle(endpoint, exchange.pointee.serverNameHash)
        {
            metrics.shard.add(metrics.upstreamReused)
            return send(exchange, on: waiting)
        }
        // From here to the moment it has a connection it waits for one.
        if !isStream || !hasOpenCarrier(exchange, endpoint) {
            guard shared.takePending(breakers(exchange, cluster).maximumPending, highPriority: isHigh) else {
                leaveEndpoint(exchange)
                return reply(
                    exchange, status: 503, .upstreamOverflow, detail: "too many requests wait for a connection")
            }
            exchange.pointee.flags.insert(.countedPending)
        }
        if isStream {
            if startStream(exchange, endpoint) { return }
        } else if mayConnect(endpoint) {
            return connect(exchange, endpoint)
        }
        leaveEndpoint(exchange)
        enqueuePending(exchange, cluster)
    }

    /// The circuit breakers of the request's priority.
    func breakers(_ exchange: ExchangePointer, _ cluster: ClusterPointer) -> CircuitBreakers {
        exchange.pointee.flags.contains(.highPriority)
            ? cluster.pointee.plan.highPriorityBreakers : cluster.pointee.plan.breakers
    }

    /// Whether the circuit breakers allow another connection; an endpoint
    /// without any always gets its first.
    func mayConnect(_ endpoint: EndpointPointer) -> Bool {
        let cluster = endpoint.pointee.cluster
        let limit = cluster.pointee.plan.breakers.maximumConnections
        return endpoint.pointee.connections == 0
            || cluster.pointee.shared.use(highPriority: false).connections < Int(limit)
    }

    /// It waits for a connection no more.
    mutating func endWaiting(_ exchange: ExchangePointer) {
        guard exchange.pointee.flags.contains(.countedPending), let cluster = exchange.pointee.cluster else { return }
        exchange.pointee.flags.remove(.countedPending)
        cluster.pointee.shared.returnPending(highPriority: exchange.pointee.flags.contains(.highPriority))
    }

    /// The exchange no longer counts for its endpoint.
    mutating func leaveEndpoint(_ exchange: ExchangePointer) {
        guard let endpoint = exchange.pointee.endpoint else { return }
        exchange.pointee.endpoint = nil
        endpoint.pointee.uses -= 1
        endpoint.pointee.activeRequests -= 1
        endpoint.pointee.cluster.pointee.activeRequests -= 1
        endpoint.pointee.cluster.pointee.shared.returnRequest(
            highPriority: exchange.pointee.flags.contains(.highPriority))
        reapEndpoint(endpoint)
    }

    // MARK: - In line

    private mutating func enqueuePending(_ exchange: ExchangePointer, _ cluster: ClusterPointer) {
        exchange.pointee.flags.insert(.pending)
        exchange.pointee.next = nil
        if let last = cluster.pointee.lastPending {
            last.pointee.next = exchange
        } else {
            cluster.pointee.firstPending = exchange
        }
        cluster.pointee.lastPending = exchange
        cluster.pointee.pending += 1
    }

    mutating func removePending(_ exchange: ExchangePointer) {
        guard exchange.pointee.flags.contains(.pending), let cluster = exchange.pointee.cluster else { return }
        exchange.pointee.flags.subtract([.pending, .waitsForCluster])
        var previous: ExchangePointer?
        var current = cluster.pointee.firstPending
        while let one = current, one != exchange {
            previous = one
            current = one.pointee.next
        }
        guard current == exchange else { return }
        if let previous {
            previous.pointee.next = exchange.pointee.next
        } else {
            cluster.pointee.firstPending = exchange.pointee.next
        }
        if cluster.pointee.lastPending == exchange { cluster.pointee.lastPending = previous }
        exchange.pointee.next = nil
        cluster.pointee.pending -= 1
    }

    /// Starts requests that waited, as long as there is a way for them.
    mutating func servePending(_ cluster: ClusterPointer) {
        guard cluster.pointee.firstPending != nil else { return }
        cluster.pointee.uses += 1
        var rounds = cluster.pointee.pending
        while rounds > 0, let exchange = cluster.pointee.firstPending {
            rounds -= 1
            removePending(exchange)
            endWaiting(exchange)
            start(exchange)
            // It stands in line again: no connection is free. Behind a dynamic
            // forward proxy the others wait for other names.
            if cluster.pointee.lastPending == exchange, cluster.pointee.plan.discovery != .dynamicForwardProxy {
                break
            }
        }
        release(cluster)
    }

    // MARK: - Pool

    /// The connection used last whose server name is the one wanted.
    @inline(__always)
    private mutating func takeIdle(_ endpoint: EndpointPointer, _ nameHash: UInt64) -> ConnectionPointer? {
        var candidate = endpoint.pointee.idle
        while let connection = candidate {
            if connection.pointee.nameHash == nameHash {
                unlinkIdle(connection)
                return connection
            }
            candidate = connection.pointee.nextIdle
        }
        return nil
    }

    mutating func unlinkIdle(_ connection: ConnectionPointer) {
        guard connection.pointee.flags.contains(.idle), let endpoint = connection.pointee.endpoint else { return }
        connection.pointee.flags.remove(.idle)
        if let previous = connection.pointee.previousIdle {
            previous.pointee.nextIdle = connection.pointee.nextIdle
        } else {
            endpoint.pointee.idle = connection.pointee.nextIdle
        }
        connection.pointee.nextIdle?.pointee.previousIdle = connection.pointee.previousIdle
        connection.pointee.nextIdle = nil
        connection.pointee.previousIdle = nil
    }

    /// Puts a connection back: the next request may use it.
    mutating func giveBack(_ connection: ConnectionPointer) {
        if let stream = connection.pointee.stream { stream.pointee.isAnswered = true }
        guard let endpoint = connection.pointee.endpoint else { return closeUpstream(connection) }
        let cluster = endpoint.pointee.cluster
        let mostRequests = cluster.pointee.plan.maximumRequestsPerConnection
        let age = (now &- connection.pointee.opened) / 1_000_000
        let tooOld = cluster.pointee.plan.maximumConnectionMilliseconds.map { age >= UInt64(max(0, $0)) } ?? false
        if endpoint.pointee.retired || cluster.pointee.retired || tooOld || drainDeadline != 0
            || (mostRequests > 0 && connection.pointee.requests >= mostRequests)
            || connection.pointee.flags.contains(.peerClosed) || !connection.pointee.outbound.isEmpty
            || !connection.pointee.inbound.isEmpty
        {
            return closeUpstream(connection)
        }
        connection.pointee.flags.insert([.idle, .reused])
        connection.pointee.previousIdle = nil
        connection.pointee.nextIdle = endpoint.pointee.idle
        endpoint.pointee.idle?.pointee.previousIdle = connection
        endpoint.pointee.idle = connection
        if let limit = cluster.pointee.plan.idleTimeoutMilliseconds, limit > 0 {
            arm(connection, after: UInt64(limit))
        } else {
            timers.disarm(Self.timer(connection))
        }
        if cluster.pointee.firstPending != nil { servePending(cluster) }
    }

    /// Closes an upstream connection and lets those in line try.
    mutating func closeUpstream(_ connection: ConnectionPointer, reset: Bool = false) {
        unlinkIdle(connection)
        if let rival = connection.pointee.rival {
            // Nobody wants either of the two any more.
            connection.pointee.rival = nil
            rival.pointee.rival = nil
            closeUpstream(rival)
        }
        let endpoint = connection.pointee.endpoint
        connection.pointee.endpoint = nil
        close(connection, reset: reset)
        guard let endpoint else { return }
        let cluster = endpoint.pointee.cluster
        cluster.pointee.uses += 1
        endpoint.pointee.connections -= 1
        cluster.pointee.connections -= 1
        cluster.pointee.shared.returnConnection()
        reapEndpoint(endpoint)
        if cluster.pointee.firstPending != nil { servePending(cluster) }
        release(cluster)
    }
}
