internal import CPetrelSystem
internal import Telemetry
internal import TrafficModel

// TCP proxying: two connections that hand each other their bytes.

extension Worker {
    /// Starts to relay a client's connection to its cluster.
    mutating func startRelay(
        _ connection: ConnectionPointer, _ snapshot: SnapshotPointer, _ decision: ConnectionDecision
    ) {
        connection.pointee.role = .relayDownstream
        guard decision.cluster >= 0 else { return refuse(connection, .noCluster) }
        let cluster = clusterState(snapshot, Int(decision.cluster))
        cluster.pointee.lastUse = milliseconds
        if cluster.pointee.plan.isBlackHole {
            return endRelay(connection, .blackHole, cluster)
        }
        connectRelay(connection, cluster)
    }

    private mutating func connectRelay(_ connection: ConnectionPointer, _ cluster: ClusterPointer) {
        let endpoint: EndpointPointer
        if cluster.pointee.plan.discovery == .dynamicForwardProxy {
            switch forwardEndpoint(cluster, relayTarget(connection, cluster)) {
            case .endpoint(let found): endpoint = found
            case .unknown: return endRelay(connection, .noEndpoint, cluster)
            case .failed: return endRelay(connection, .dnsFailure, cluster)
            case .waits:
                cluster.pointee.waitingRelays.append(connection.pointee.token)
                return
            }
        } else if !namesAreFresh(cluster) {
            cluster.pointee.waitingRelays.append(connection.pointee.token)
            return
        } else if cluster.pointee.plan.discovery == .originalDestination {
            guard connection.pointee.flags.contains(.restored) else {
                return endRelay(connection, .noEndpoint, cluster)
            }
            endpoint = originalEndpoint(cluster, connection.pointee.local)
        } else if let chosen = pick(cluster, hash: relayHash(connection)) {
            endpoint = chosen
        } else {
            return endRelay(connection, cluster.pointee.names.isEmpty ? .noEndpoint : .dnsFailure, cluster)
        }
        let open = cluster.pointee.shared.use(highPriority: false).connections
        guard open < Int(cluster.pointee.plan.breakers.maximumConnections) else {
            return endRelay(connection, .upstreamOverflow, cluster)
        }
        guard let upstream = dial(endpoint, role: .relayUpstream) else {
            return endRelay(connection, .upstreamConnectFailure, cluster)
        }
        upstream.pointee.other = connection
        connection.pointee.other = upstream
        connection.pointee.requests &+= 1
        cluster.pointee.uses += 1
        upstream.pointee.relayCluster = cluster
    }

    /// The names a cluster waited for are known, or won't be.
    mutating func serveWaitingRelays(_ cluster: ClusterPointer) {
        let waiting = cluster.pointee.waitingRelays
        cluster.pointee.waitingRelays = []
        for token in waiting {
            let found = connections.find(index: EventToken.index(token), generation: EventToken.generation(token))
            guard let connection = found, connection.pointee.role == .relayDownstream,
                connection.pointee.other == nil
            else { continue }
            connectRelay(connection, cluster)
        }
    }

    mutating func relayConnectFailed(_ upstream: ConnectionPointer, _ reason: Reason, _ detail: String) {
        let downstream = upstream.pointee.other
        let cluster = upstream.pointee.relayCluster
        let address = upstream.pointee.endpoint?.pointee.address ?? petrel_address()
        let attempts = relayAttempts(downstream)
        upstream.pointee.other = nil
        upstream.pointee.relayCluster = nil
        downstream?.pointee.other = nil
        closeUpstream(upstream)
        if let cluster { release(cluster) }
        guard let downstream else { return }
        if let cluster, downstream.pointee.requests < attempts { return connectRelay(downstream, cluster) }
        logConnection(downstream, reason: reason, cluster: cluster?.pointee.plan.name ?? FlatText(), upstream: address, detail: detail)
        metrics.count(reason)
        closeDownstream(downstream, reset: true)
    }

    /// The host that a client's SNI names, with the port of the chain's
    /// `sni_dynamic_forward_proxy`.
    private func relayTarget(_ connection: ConnectionPointer, _ cluster: ClusterPointer) -> ForwardTarget? {
        guard let decision = connection.pointee.decision, decision.chain >= 0,
            !connection.pointee.serverName.isEmpty
        else { return nil }
        let tables = cluster.pointee.snapshot.pointee.tables
        guard !tables.listeners.isVacant(Int(decision.listener)),
            Int(decision.chain) < tables.listeners[Int(decision.listener)].chains.count
        else { return nil }
        let port = tables.listeners[Int(decision.listener)].chains[Int(decision.chain)].dynamicForwardPort
        guard port > 0 else { return nil }
        let name = String(decoding: connection.pointee.serverName.bytes, as: UTF8.self)
        return ForwardTarget(host: name, port: port)
    }

    /// The hash of the client's address, where the proxy asks for one.
    private func relayHash(_ connection: ConnectionPointer) -> UInt64? {
        guard let plan = proxyPlan(connection), plan[0].hashesSourceAddress else { return nil }
        return HashMember.hash("\(connection.pointee.peer.ip)")
    }

    private func relayAttempts(_ downstream: ConnectionPointer?) -> UInt32 {
        guard let plan = proxyPlan(downstream) else { return 1 }
        return plan[0].maximumConnectAttempts
    }

    func proxyPlan(_ downstream: ConnectionPointer?) -> FlatArray<TCPProxyPlan>? {
        guard let downstream, let decision = downstream.pointee.decision, let workload = downstream.pointee.workload,
            downstream.pointee.serial == workload.pointee.snapshot.pointee.serial, decision.chain >= 0
        else { return nil }
        let tables = workload.pointee.snapshot.pointee.tables
        let plan = tables.listeners[Int(decision.listener)].chains[Int(decision.chain)].tcpProxy
        return plan.isEmpty ? nil : plan
    }

    private mutating func endRelay(_ connection: ConnectionPointer, _ reason: Reason, _ cluster: ClusterPointer) {
        logConnection(connection, reason: reason, cluster: cluster.pointee.plan.name, upstream: petrel_address())
        metrics.count(reason)
        closeDownstream(connection, reset: true)
    }

    // MARK: - Bytes

    /// Serves either half of a relay.
    mutating func serveRelay(_ connection: ConnectionPointer) {
        if connection.pointee.role == .relayUpstream, !connection.pointee.flags.contains(.ready) {
            guard advance(connection) else { return }
            report(connection.pointee.endpoint, .connectedForGood)
            relayStarted(connection)
            if let plan = proxyPlan(connection.pointee.other), plan[0].tunnels {
                return openTunnel(connection, plan)
            }
            guard let client = connection.pointee.other else { return }
            // What the client sent meanwhile, then both ways.
            if !pump(from: client, to: connection) { return }
            if !pump(from: connection, to: client) { return }
            return
        }
        if connection.pointee.flags.contains(.tunneling) {
            guard continueTunnel(connection), let client = connection.pointee.other else { return }
            let generation = connection.pointee.slot.generation
            if !pump(from: client, to: connection) { return }
            guard connection.pointee.slot.generation == generation else { return }
            _ = pump(from: connection, to: client)
            return
        }
        guard let other = connection.pointee.other else {
            // The upstream is still being found; the client may have left.
            if connection.pointee.role == .relayDownstream, connection.pointee.flags.contains(.broken) {
                closeDownstream(connection, reset: true)
            }
            return
        }
        let waited = !connection.pointee.outbound.isEmpty
        if !flush(connection) { return breakRelay(connection) }
        if waited, connection.pointee.outbound.isEmpty, isReady(other) {
            let generation = connection.pointee.slot.generation
            if !pump(from: other, to: connection) { return }
            guard connection.pointee.slot.generation == generation else { return }
        }
        guard isReady(other), isReady(connection) else { return }
        let generation = connection.pointee.slot.generation
        if !pump(from: connection, to: other) { return }
        guard connection.pointee.slot.generation == generation, connection.pointee.other == other else { return }
        if connection.pointee.flags.contains(.ended), other.pointee.flags.contains(.ended),
            connection.pointee.outbound.isEmpty, other.pointee.outbound.isEmpty
        {
            closeRelay(connection, reset: false, .none)
        }
    }

    private func isReady(_ connection: ConnectionPointer) -> Bool {
        connection.pointee.role == .relayDownstream
            || connection.pointee.flags.contains(.ready) && !connection.pointee.flags.contains(.tunneling)
    }

    private mutating func relayStarted(_ upstream: ConnectionPointer) {
        if let client = upstream.pointee.other, let plan = proxyPlan(client),
            let most = plan[0].maximumDurationMilliseconds, most > 0
        {
            timers.arm(Self.timer(client), at: client.pointee.opened / 1_000_000 &+ UInt64(most))
        }
        guard let plan = proxyPlan(upstream.pointee.other), let limit = plan[0].idleTimeoutMilliseconds, limit > 0
        else { return }
        upstream.pointee.idleLimit = UInt64(limit)
        arm(upstream, after: UInt64(limit))
    }

    /// Moves bytes one way until there are none or the receiver is full.
    /// False when the relay is over.
    private mutating func pump(from source: ConnectionPointer, to target: ConnectionPointer) -> Bool {
        if !source.pointee.inbound.isEmpty {
            let bytes = source.pointee.inbound.bytes
            source.pointee.lastActivity = now
            let sent = transmit(target, bytes)
            source.pointee.relayed &+= UInt64(bytes.count)
            blocks.release(&source.pointee.inbound)
            settle(source)
            if !sent {
                breakRelay(target)
                return false
            }
        }
        for _ in 0..<16 {
            guard target.pointee.outbound.isEmpty else { return true }
            if source.pointee.flags.contains(.ended) {
                // The end may have been read while the first bytes were looked at.
                let isTold = target.pointee.flags.contains(.writeClosed) || source.pointee.flags.contains(.broken)
                return isTold ? true : halfClosed(source, target)
            }
            let count = receive(source, readBuffer, Self.readCapacity)
            if count == ReadOutcome.nothing { return true }
            if count == ReadOutcome.ended { return halfClosed(source, target) }
            if count < 0 {
                breakRelay(source)
                return false
            }
            source.pointee.lastActivity = now
            target.pointee.lastActivity = now
            source.pointee.relayed &+= UInt64(count)
            if !transmit(target, UnsafeRawBufferPointer(start: readBuffer, count: count)) {
                breakRelay(target)
                return false
            }
        }
        enqueue(source)
        return true
    }

    /// One side ended: the other is told, and may go on sending.
    private mutating func halfClosed(_ source: ConnectionPointer, _ target: ConnectionPointer) -> Bool {
        source.pointee.flags.insert(.ended)
        endOutput(target)
        guard target.pointee.flags.contains(.ended), source.pointee.outbound.isEmpty, target.pointee.outbound.isEmpty
        else { return true }
        closeRelay(source, reset: false, .none)
        return false
    }

    private mutating func breakRelay(_ connection: ConnectionPointer) {
        let isUpstream = connection.pointee.role == .relayUpstream
        closeRelay(connection, reset: true, isUpstream ? .upstreamReset : .downstreamClosed)
    }

    mutating func relayTimedOut(_ connection: ConnectionPointer) {
        // The client's timer is for the whole connection, the other for silence.
        if connection.pointee.role == .relayDownstream { return closeRelay(connection, reset: false, .maximumDuration) }
        let limit = connection.pointee.idleLimit
        let last = max(connection.pointee.lastActivity, connection.pointee.other?.pointee.lastActivity ?? 0)
        let due = last / 1_000_000 &+ limit
        if limit > 0, milliseconds < due { return timers.arm(Self.timer(connection), at: due) }
        closeRelay(connection, reset: false, .streamIdleTimeout)
    }

    /// Ends both halves, and writes the log line.
    mutating func closeRelay(_ connection: ConnectionPointer, reset: Bool, _ reason: Reason) {
        let isUpstream = connection.pointee.role == .relayUpstream
        let upstream = isUpstream ? connection : connection.pointee.other
        let downstream = isUpstream ? connection.pointee.other : connection
        let cluster = upstream?.pointee.relayCluster
        let address = upstream?.pointee.endpoint?.pointee.address ?? petrel_address()
        if let downstream {
            logConnection(
                downstream, reason: reason, cluster: cluster?.pointee.plan.name ?? FlatText(), upstream: address,
                sent: upstream?.pointee.relayed ?? 0)
        }
        if let downstream {
            recordSeries(
                downstream, cluster, reason, received: downstream.pointee.relayed, sent: upstream?.pointee.relayed ?? 0)
        }
        metrics.count(reason)
        upstream?.pointee.other = nil
        upstream?.pointee.relayCluster = nil
        downstream?.pointee.other = nil
        if let upstream { closeUpstream(upstream, reset: reset) }
        if let downstream { closeDownstream(downstream, reset: reset) }
        if let cluster { release(cluster) }
    }
}
