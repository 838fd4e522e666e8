internal import CPetrelSystem
internal import Glibc
internal import Telemetry
internal import TrafficModel

extension Worker {
    /// Does what another thread asked for.
    mutating func obey(_ command: Command) {
        switch command {
        case .addWorkload(let id, let name, let tables):
            let workload = WorkloadPointer.allocate(capacity: 1)
            workload.initialize(to: WorkloadState(id: id, name: name, snapshot: makeSnapshot(tables, id)))
            workloads[id] = workload
            startChecks(workload.pointee.snapshot)
        case .publish(let id, let tables):
            guard let workload = workloads[id] else { return }
            let old = workload.pointee.snapshot
            let new = makeSnapshot(tables, id)
            workload.pointee.snapshot = new
            // Limits that didn't change stay as full or empty as they are.
            if old.pointee.buckets.count < 1024 { new.pointee.buckets = old.pointee.buckets }
            carryClusters(from: old, to: new)
            release(old)
            startChecks(new)
        case .removeWorkload(let id):
            guard let workload = workloads.removeValue(forKey: id) else { return }
            for place in listeners.indices where listeners[place].isOpen && listeners[place].workload == workload {
                stopListening(at: place)
            }
            workload.pointee.isDraining = true
            closeIdle(workload)
            reapWorkload(workload)
        case .attach(let id, let attachment, let capture, let datagrams, let dnsStreams, let owned):
            guard let workload = workloads[id] else { return }
            for descriptor in capture { listen(descriptor, .capture, workload, attachment: attachment, owned: owned) }
            for descriptor in datagrams { listen(descriptor, .datagram, workload, attachment: attachment, owned: owned) }
            for descriptor in dnsStreams {
                listen(descriptor, .dnsStream, workload, attachment: attachment, owned: owned)
            }
        case .detach(let attachment):
            for place in listeners.indices where listeners[place].isOpen && listeners[place].attachment == attachment {
                stopListening(at: place)
            }
        case .listen(let id, let name, let descriptor):
            guard let workload = workloads[id] else {
                Glibc.close(descriptor)
                return
            }
            listen(descriptor, .bound(name), workload, attachment: 0, owned: true)
        case .stopListening(let id, let name):
            guard let workload = workloads[id] else { return }
            for place in listeners.indices where listeners[place].isOpen && listeners[place].workload == workload {
                if case .bound(let own) = listeners[place].kind, own == name { stopListening(at: place) }
            }
        case .drain(let deadline): startDraining(until: deadline)
        case .reportClusters(let answers): answers.put(clusterReports())
        case .reportSockets(let answers): answers.put(listeningSockets())
        case .stop: stopped = true
        }
    }

    private mutating func makeSnapshot(_ tables: TrafficTables, _ workload: UInt32) -> SnapshotPointer {
        let snapshot = SnapshotPointer.allocate(capacity: 1)
        snapshot.initialize(to: SnapshotState(tables: tables, workload: workload, serial: nextSerial))
        snapshot.pointee.uses = 1
        nextSerial += 1
        return snapshot
    }

    /// Frees a removed workload after its last connection.
    mutating func reapWorkload(_ workload: WorkloadPointer) {
        guard workload.pointee.connections == 0, workload.pointee.isDraining,
            workloads[workload.pointee.id] != workload
        else { return }
        let snapshot = workload.pointee.snapshot
        for index in 0..<snapshot.pointee.clusterCount {
            guard let cluster = snapshot.pointee.clusters[index] else { continue }
            snapshot.pointee.clusters[index] = nil
            retireCluster(cluster)
        }
        release(snapshot)
        workload.deinitialize(count: 1)
        workload.deallocate()
    }

    // MARK: - Draining

    /// Takes no more connections; requests under way get their answer with
    /// `connection: close`, relays go on until the deadline.
    private mutating func startDraining(until deadline: UInt64) {
        drainDeadline = max(1, deadline)
        for place in listeners.indices {
            switch listeners[place].kind {
            case .capture, .bound:
                acceptWaiting(place)
                stopListening(at: place)
            // Names are needed until the last request is done.
            case .dnsStream, .datagram: continue
            }
        }
    }

    /// How long a client's connection must have been quiet to be closed while
    /// draining. A client that sent a request just before would lose it.
    private static let quietNanoseconds: UInt64 = 1_000_000_000

    /// - Parameter quiet: Only connections without a byte for this long; those
    ///   of HTTP/2 are told at once.
    private mutating func closeIdle(_ workload: WorkloadPointer, quiet: UInt64 = 0) {
        for connection in connections.all
        where connection.pointee.slot.generation & 1 == 1 && connection.pointee.workload == workload {
            switch connection.pointee.role {
            case .downstreamHTTP where connection.pointee.exchange == nil && connection.pointee.inbound.isEmpty
                && !connection.pointee.flags.contains(.readable) && now &- connection.pointee.lastActivity >= quiet:
                closeDownstream(connection)
            case .downstreamHTTP2: leaveCarrier(connection)
            case .dnsClient where workload.pointee.isDraining: close(connection)
            default: continue
            }
        }
    }

    mutating func continueDraining() {
        if now >= drainSweepAt {
            drainSweepAt = now &+ 100_000_000
            for workload in workloads.values { closeIdle(workload, quiet: Self.quietNanoseconds) }
        }
        var busy = 0
        for workload in workloads.values { busy += workload.pointee.connections }
        if busy == 0 || now >= drainDeadline { stopped = true }
    }

    /// Closes everything; the last step of the loop.
    mutating func shutDown() {
        for place in listeners.indices { stopListening(at: place) }
        for exchange in exchanges.all {
            if exchange.pointee.slot.generation & 1 == 0 { continue }
            exchange.pointee.reason = .overloaded
            let downstream = exchange.pointee.downstream
            abandon(exchange)
            if let downstream { closeDownstream(downstream) }
        }
        for connection in connections.all where connection.pointee.slot.generation & 1 == 1 {
            switch connection.pointee.role {
            case .upstreamHTTP, .probe: closeUpstream(connection)
            case .downstreamHTTP2, .upstreamHTTP2: carrierLost(connection)
            case .relayDownstream where connection.pointee.other != nil,
                .relayUpstream where connection.pointee.other != nil:
                closeRelay(connection, reset: false, .none)
            case .relayUpstream: closeUpstream(connection)
            case .dnsUpstream: continue
            case .dnsClient: close(connection)
            case .unused: continue
            case .inspecting, .securing, .downstreamHTTP, .lingering, .relayDownstream: closeDownstream(connection)
            }
        }
        for query in queries.all where query.pointee.slot.generation & 1 == 1 { endQuery(query) }
        for workload in Array(workloads.values) {
            workloads[workload.pointee.id] = nil
            workload.pointee.isDraining = true
            reapWorkload(workload)
        }
        log.flush()
        settings.registry.retire(metrics.shard)
        unroutedSeries.retire(settings.registry)
    }
}
