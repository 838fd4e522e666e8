internal import CPetrelSystem
internal import TrafficModel

// Active health checks: one worker makes them, all workers follow what it
// finds. Each check has a connection of its own.

extension Worker {
    /// Starts to check what isn't checked yet, if this worker is the one that
    /// does. Called whenever endpoints change.
    mutating func startProbes(_ cluster: ClusterPointer) {
        guard !cluster.pointee.plan.healthChecks.isEmpty, !cluster.pointee.retired,
            cluster.pointee.shared.becomeChecker(index)
        else { return }
        for endpoint in cluster.pointee.endpoints where endpoint.pointee.probe == nil && endpoint.pointee.number >= 0 {
            if isUnchecked(endpoint) {
                cluster.pointee.shared.setCheck(Int(endpoint.pointee.number), fails: false)
                continue
            }
            let probe = probes.allocate()
            probe.pointee.endpoint = endpoint
            endpoint.pointee.probe = probe
            let jitter = cluster.pointee.plan.healthChecks[0].initialJitterMilliseconds
            let wait = jitter > 0 ? random.next() % UInt64(jitter) : 0
            timers.arm(Self.timer(probe), at: milliseconds &+ 1 &+ wait)
        }
    }

    private func isUnchecked(_ endpoint: EndpointPointer) -> Bool { endpointPlan(endpoint)?.isUnchecked ?? false }

    private func endpointPlan(_ endpoint: EndpointPointer) -> EndpointPlan? {
        let cluster = endpoint.pointee.cluster
        let plans = cluster.pointee.snapshot.pointee.tables.endpoints(ofCluster: cluster.pointee.index)
        let place = endpoint.pointee.plan
        return place >= 0 && place < plans.count ? plans[place] : nil
    }

    /// The endpoint goes: its checks end.
    mutating func endProbe(_ endpoint: EndpointPointer) {
        guard let probe = endpoint.pointee.probe else { return }
        endpoint.pointee.probe = nil
        probe.pointee.endpoint = nil
        timers.disarm(Self.timer(probe))
        if let connection = probe.pointee.connection {
            probe.pointee.connection = nil
            connection.pointee.probe = nil
            closeUpstream(connection)
        }
        probes.free(probe)
    }

    static func timer(_ probe: ProbePointer) -> UnsafeMutablePointer<TimerNode> {
        UnsafeMutableRawPointer(probe).assumingMemoryBound(to: TimerNode.self)
    }

    /// The next check is due, or the one under way took too long.
    mutating func timedOut(_ probe: ProbePointer) {
        if probe.pointee.connection != nil { return conclude(probe, .failed) }
        guard let endpoint = probe.pointee.endpoint else { return }
        let cluster = endpoint.pointee.cluster
        // Names that nobody asks for are followed all the same.
        cluster.pointee.uses += 1
        let generation = probe.pointee.slot.generation
        _ = namesAreFresh(cluster)
        release(cluster)
        guard probe.pointee.slot.generation == generation else { return }
        let port = endpointPlan(endpoint)?.checkPort ?? 0
        guard let connection = dial(endpoint, role: .probe, port: port) else { return conclude(probe, .failed) }
        connection.pointee.probe = probe
        probe.pointee.connection = connection
        probe.pointee.matched = 0
        timers.disarm(Self.timer(connection))
        let limit = UInt64(max(1, cluster.pointee.plan.healthChecks[0].timeoutMilliseconds))
        timers.arm(Self.timer(probe), at: milliseconds &+ limit)
    }

    /// Serves the connection of a check.
    mutating func serveProbe(_ connection: ConnectionPointer) {
        guard let probe = connection.pointee.probe, let endpoint = probe.pointee.endpoint else {
            return closeUpstream(connection)
        }
        let cluster = endpoint.pointee.cluster
        if !connection.pointee.flags.contains(.ready) {
            guard advance(connection) else { return }
            guard sendProbe(connection, endpoint, cluster) else { return conclude(probe, .failed) }
        }
        guard flush(connection) else { return conclude(probe, .failed) }
        let plan = cluster.pointee.plan.healthChecks[0]
        if plan.kind == .tcp, plan.receive.isEmpty { return conclude(probe, .passed) }
        while true {
            blocks.reserve(4096, in: &connection.pointee.inbound)
            let tail = connection.pointee.inbound.tail
            guard let start = tail.baseAddress else { return }
            let room = min(tail.count, Self.readCapacity)
            let count = receive(connection, start.assumingMemoryBound(to: UInt8.self), room)
            if count == ReadOutcome.nothing { return }
            if count < 0 || connection.pointee.inbound.count > 64 * 1024 { return conclude(probe, .failed) }
            connection.pointee.inbound.filled(count)
            let outcome = plan.kind == .tcp ? readBytes(connection, plan) : readStatus(connection, plan)
            if let outcome { return conclude(probe, outcome) }
        }
    }

    private mutating func sendProbe(
        _ connection: ConnectionPointer, _ endpoint: EndpointPointer, _ cluster: ClusterPointer
    ) -> Bool {
        let plan = cluster.pointee.plan.healthChecks[0]
        var writer = ByteWriter(UnsafeMutableRawBufferPointer(start: scratch, count: 64 * 1024))
        if plan.kind == .tcp {
            writer.bytes(UnsafeRawBufferPointer(plan.send.buffer))
        } else {
            let own = endpointPlan(endpoint)?.checkHost ?? FlatText()
            writer.bytes(UnsafeRawBufferPointer(plan.method.buffer))
            writer.byte(0x20)
            writer.bytes(UnsafeRawBufferPointer(plan.path.buffer))
            writer.text(" HTTP/1.1\r\nhost: ")
            writer.bytes(UnsafeRawBufferPointer((own.isEmpty ? plan.host : own).buffer))
            writer.text("\r\nuser-agent: Envoy/HC\r\nx-forwarded-proto: ")
            writer.text(connection.pointee.session == nil ? "http" : "https")
            writer.text("\r\nconnection: close\r\n\r\n")
        }
        return !writer.overflowed && transmit(connection, writer.written)
    }

    /// Whether the answer has a status that is expected; nil while it isn't
    /// complete.
    private mutating func readStatus(_ connection: ConnectionPointer, _ plan: HealthCheckPlan) -> HealthCheckState.Outcome? {
        let span = Span<UInt8>(_unsafeBytes: connection.pointee.inbound.bytes)
        switch HTTP1HeadParser.parseResponse(span, into: &head.pointee) {
        case .needsMore: return nil
        case .refused: return .failed
        case .complete: break
        }
        let status = UInt16(truncatingIfNeeded: head.pointee.status)
        if plan.expectedStatuses.contains(where: { $0.contains(status) }) { return .passed }
        return plan.retriableStatuses.contains { $0.contains(status) } ? .failed : .refused
    }

    /// Whether all expected runs of bytes came, in their order.
    private func readBytes(_ connection: ConnectionPointer, _ plan: HealthCheckPlan) -> HealthCheckState.Outcome? {
        var bytes = connection.pointee.inbound.bytes.bindMemory(to: UInt8.self)
        for part in plan.receive {
            guard let found = petrel_find(bytes.baseAddress, bytes.count, part.buffer.baseAddress, part.buffer.count),
                let base = bytes.baseAddress
            else { return nil }
            bytes = UnsafeBufferPointer(rebasing: bytes[(found - base + part.buffer.count)...])
        }
        return .passed
    }

    /// A check is over: what it says counts, and the next is planned.
    mutating func conclude(_ probe: ProbePointer, _ outcome: HealthCheckState.Outcome) {
        if let connection = probe.pointee.connection {
            probe.pointee.connection = nil
            connection.pointee.probe = nil
            closeUpstream(connection)
        }
        guard let endpoint = probe.pointee.endpoint else { return }
        let cluster = endpoint.pointee.cluster
        let plan = cluster.pointee.plan.healthChecks[0]
        _ = probe.pointee.state.record(outcome, plan)
        cluster.pointee.shared.setCheck(Int(endpoint.pointee.number), fails: !probe.pointee.state.isHealthy)
        let wait = probe.pointee.state.wait(plan, hasTraffic: cluster.pointee.lastUse > 0, random: random.next())
        timers.arm(Self.timer(probe), at: milliseconds &+ wait)
    }

    /// Begins the checks of a configuration: they must not wait for the first
    /// request.
    mutating func startChecks(_ snapshot: SnapshotPointer) {
        let tables = snapshot.pointee.tables
        for index in tables.clusters.occupied where !tables.clusters[index].healthChecks.isEmpty {
            let cluster = clusterState(snapshot, index)
            cluster.pointee.uses += 1
            _ = namesAreFresh(cluster)
            startProbes(cluster)
            release(cluster)
        }
    }
}
