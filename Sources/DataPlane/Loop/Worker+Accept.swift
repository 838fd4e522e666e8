internal import CPetrelSystem
internal import Glibc
internal import Telemetry
internal import TrafficModel

/// A socket that a worker takes connections or datagrams from.
struct WorkerListener {
    enum Kind {
        /// Connections that were redirected to us.
        case capture
        /// A listener of the configuration, by name.
        case bound(String)
        case dnsStream
        case datagram
    }

    var descriptor: Int32
    var kind: Kind
    var workload: WorkloadPointer
    var attachment: UInt32
    var owned: Bool
    /// Tells events of this socket from those of an earlier one.
    var generation: UInt32
    var isOpen = true
}

extension Worker {
    /// Starts listening on a socket that others share or that is ours alone.
    mutating func listen(
        _ descriptor: Int32, _ kind: WorkerListener.Kind, _ workload: WorkloadPointer, attachment: UInt32, owned: Bool
    ) {
        let place = listeners.firstIndex { !$0.isOpen } ?? listeners.count
        let generation = place < listeners.count ? listeners[place].generation &+ 1 : 1
        let listener = WorkerListener(
            descriptor: descriptor, kind: kind, workload: workload, attachment: attachment, owned: owned,
            generation: generation)
        if place < listeners.count { listeners[place] = listener } else { listeners.append(listener) }
        var isDatagram = false
        if case .datagram = kind { isDatagram = true }
        let token = EventToken.make(
            isDatagram ? .datagram : .listener, index: UInt32(place), generation: generation)
        // Level triggered, one worker woken for each connection.
        _ = petrel_epoll_add(epoll, descriptor, PETREL_READ | PETREL_EXCLUSIVE, token)
    }

    mutating func stopListening(at place: Int) {
        guard listeners[place].isOpen else { return }
        listeners[place].isOpen = false
        _ = petrel_epoll_remove(epoll, listeners[place].descriptor)
        if listeners[place].owned { Glibc.close(listeners[place].descriptor) }
        listeners[place].descriptor = -1
    }

    /// Takes everything that waits, before the socket is closed: those clients
    /// believe that they are connected.
    mutating func acceptWaiting(_ place: Int) {
        guard listeners[place].isOpen else { return }
        // Under a flood there would be no end of it.
        for _ in 0..<1024 where !accept(place, listeners[place].generation) { return }
    }

    /// Takes waiting connections, a few for each event.
    ///
    /// - Returns: Whether more may wait.
    @discardableResult
    mutating func accept(_ place: Int, _ generation: UInt32) -> Bool {
        guard place < listeners.count, listeners[place].isOpen, listeners[place].generation == generation else {
            return false
        }
        for _ in 0..<16 {
            var peer = petrel_address()
            let descriptor = petrel_accept(listeners[place].descriptor, &peer)
            if descriptor == -EMFILE || descriptor == -ENFILE {
                refuseForLackOfDescriptors(listeners[place].descriptor)
                return false
            }
            if descriptor < 0 { return false }
            let connection = connections.allocate()
            connection.pointee.descriptor = descriptor
            connection.pointee.peer = peer
            connection.pointee.opened = now
            connection.pointee.lastActivity = now
            let workload = listeners[place].workload
            connection.pointee.workload = workload
            workload.pointee.connections += 1
            let added = petrel_epoll_add(
                epoll, descriptor, PETREL_READ | PETREL_WRITE | PETREL_HALF_CLOSED | PETREL_EDGE,
                connection.pointee.token)
            if added < 0 {
                close(connection, reset: true)
                continue
            }
            switch listeners[place].kind {
            case .capture:
                connection.pointee.flags.insert(.captured)
                metrics.shard.add(metrics.captured)
                begin(connection, listener: nil)
            case .bound(let name):
                begin(connection, listener: name)
            case .dnsStream:
                connection.pointee.role = .dnsClient
                arm(connection, after: 10_000)
            case .datagram:
                close(connection)
            }
        }
        return true
    }

    /// No descriptor is left: gives up the one kept for this moment, so that
    /// the client learns of it and the listener doesn't wake us for ever.
    private mutating func refuseForLackOfDescriptors(_ listener: Int32) {
        Glibc.close(reserve)
        var peer = petrel_address()
        let descriptor = petrel_accept(listener, &peer)
        if descriptor >= 0 { petrel_reset(descriptor) }
        reserve = open("/dev/null", O_RDONLY | O_CLOEXEC)
        metrics.count(.overloaded)
    }

    /// Finds out where a new connection wanted to go, and its listener.
    private mutating func begin(_ connection: ConnectionPointer, listener name: String?) {
        metrics.shard.add(metrics.downstreamConnections)
        metrics.shard.add(metrics.downstreamActive, 1)
        guard let workload = connection.pointee.workload else { return refuse(connection, .noListener) }
        let snapshot = workload.pointee.snapshot
        var wanted = petrel_address()
        var index = snapshot.pointee.captureListener
        if let name {
            index = snapshot.pointee.tables.listener(named: name) ?? -1
            let redirected =
                index >= 0
                && (snapshot.pointee.tables.listeners[index].useOriginalDestination
                    || snapshot.pointee.tables.listeners[index].restoresOriginalDestination)
            if !redirected || petrel_original_destination(connection.pointee.descriptor, &wanted) < 0 {
                _ = petrel_local_address(connection.pointee.descriptor, &wanted)
            } else {
                connection.pointee.flags.insert(.restored)
            }
        } else if petrel_original_destination(connection.pointee.descriptor, &wanted) < 0 {
            _ = petrel_local_address(connection.pointee.descriptor, &wanted)
        }
        if name == nil { connection.pointee.flags.insert(.restored) }
        connection.pointee.local = wanted
        guard wanted.family != 0 else { return refuse(connection, .noListener) }
        if index < 0 {
            index = snapshot.pointee.tables.listener(forDestination: wanted.ip, port: wanted.port) ?? -1
        }
        guard index >= 0 else { return refuse(connection, .noListener) }
        connection.pointee.listenerIndex = Int32(index)
        connection.pointee.role = .inspecting
        startInspection(connection, snapshot)
    }

    /// Closes a connection that the configuration has no way for.
    mutating func refuse(_ connection: ConnectionPointer, _ reason: Reason) {
        logConnection(connection, reason: reason, cluster: FlatText(), upstream: petrel_address())
        metrics.shard.add(metrics.downstreamActive, -1)
        metrics.count(reason)
        close(connection, reset: true)
    }

    /// What is known of a client's connection.
    func facts(_ connection: ConnectionPointer) -> ConnectionFacts {
        var facts = ConnectionFacts(
            destination: connection.pointee.local.ip, port: connection.pointee.local.port,
            source: connection.pointee.peer.ip, sourcePort: connection.pointee.peer.port)
        facts.detected = connection.pointee.detected
        // What TLS told belongs to the socket.
        let connection = connection.pointee.stream?.pointee.carrier ?? connection
        if connection.pointee.flags.contains(.sawTLS) {
            facts.transportProtocol = .tls
            facts.sni = connection.pointee.serverName.bytes.bindMemory(to: UInt8.self)
            facts.offeredProtocols = connection.pointee.offered.bytes.bindMemory(to: UInt8.self)
        }
        if connection.pointee.session != nil {
            facts.terminatedTLS = connection.pointee.flags.contains(.ready)
            facts.peerIdentity = connection.pointee.identity.bytes.bindMemory(to: UInt8.self)
        }
        return facts
    }
}
