internal import CPetrelSystem
internal import Glibc
internal import TrafficModel

// Questions to resolvers: each from a socket of its own, so that port and ID
// are both fresh; UDP first, TCP when the answer was cut.

extension Worker {
    static let queryMilliseconds: UInt64 = 2000

    /// Sends a query to the next resolver.
    mutating func ask(_ query: QueryPointer) {
        closeSockets(query)
        let servers = settings.resolvers
        guard !servers.isEmpty, query.pointee.attempts < max(3, servers.count * 2) else { return queryFailed(query) }
        query.pointee.attempts += 1
        var server = servers[query.pointee.server % servers.count]
        query.pointee.server += 1
        let descriptor = petrel_datagram_connect(&server)
        guard descriptor >= 0 else { return ask(query) }
        query.pointee.descriptor = descriptor
        guard petrel_epoll_add(epoll, descriptor, PETREL_READ | PETREL_EDGE, query.pointee.token) == 0 else {
            return queryFailed(query)
        }
        let bytes = query.pointee.message.bytes
        _ = petrel_send(descriptor, bytes.baseAddress, bytes.count)
        timers.arm(Self.timer(query), at: milliseconds &+ Self.queryMilliseconds)
    }

    static func timer(_ query: QueryPointer) -> UnsafeMutablePointer<TimerNode> {
        UnsafeMutableRawPointer(query).assumingMemoryBound(to: TimerNode.self)
    }

    private mutating func closeSockets(_ query: QueryPointer) {
        if query.pointee.descriptor >= 0 { Glibc.close(query.pointee.descriptor) }
        query.pointee.descriptor = -1
        if let stream = query.pointee.stream {
            query.pointee.stream = nil
            stream.pointee.query = nil
            close(stream)
        }
    }

    mutating func endQuery(_ query: QueryPointer) {
        timers.disarm(Self.timer(query))
        closeSockets(query)
        blocks.release(&query.pointee.message)
        queries.free(query)
    }

    mutating func timedOut(_ query: QueryPointer) { ask(query) }

    /// A datagram for a query.
    mutating func answerArrived(_ query: QueryPointer) {
        while true {
            let count = petrel_receive(query.pointee.descriptor, readBuffer, Self.readCapacity)
            // Nothing there yet, or "connection refused" from that resolver.
            if count == -Int(EAGAIN) { return }
            if count < 0 { return ask(query) }
            let bytes = UnsafeRawBufferPointer(start: readBuffer, count: count)
            let sent = query.pointee.message.bytes
            // Anything else is a stray or a forgery: go on waiting.
            guard DNSMessage.answers(Span(_unsafeBytes: bytes), Span(_unsafeBytes: sent)) else { continue }
            if DNSMessage.number(Span(_unsafeBytes: bytes), 2) & 0x0200 != 0,
                query.pointee.client.isStream || query.pointee.cluster != nil
            {
                return askOverStream(query)
            }
            return deliver(query, bytes)
        }
    }

    private mutating func askOverStream(_ query: QueryPointer) {
        closeSockets(query)
        let servers = settings.resolvers
        var server = servers[(query.pointee.server + servers.count - 1) % servers.count]
        let descriptor = petrel_connect(&server)
        guard descriptor >= 0 else { return ask(query) }
        let connection = connections.allocate()
        connection.pointee.descriptor = descriptor
        connection.pointee.role = .dnsUpstream
        connection.pointee.flags = [.connecting]
        connection.pointee.query = query
        query.pointee.stream = connection
        let added = petrel_epoll_add(
            epoll, descriptor, PETREL_READ | PETREL_WRITE | PETREL_HALF_CLOSED | PETREL_EDGE, connection.pointee.token)
        if added < 0 { return ask(query) }
        timers.arm(Self.timer(query), at: milliseconds &+ Self.queryMilliseconds)
    }

    mutating func serveDNSUpstream(_ connection: ConnectionPointer) {
        guard let query = connection.pointee.query else { return close(connection) }
        if connection.pointee.flags.contains(.connecting) {
            guard petrel_socket_error(connection.pointee.descriptor) == 0, !connection.pointee.flags.contains(.broken)
            else { return ask(query) }
            connection.pointee.flags.remove(.connecting)
            connection.pointee.flags.insert(.ready)
            let bytes = query.pointee.message.bytes
            var writer = ByteWriter(UnsafeMutableRawBufferPointer(start: scratch, count: Self.scratchCapacity))
            DNSResponse.number(&writer, UInt16(truncatingIfNeeded: bytes.count))
            writer.bytes(bytes)
            guard transmit(connection, writer.written) else { return ask(query) }
        }
        guard flush(connection) else { return ask(query) }
        while true {
            let count = receive(connection, readBuffer, Self.readCapacity)
            if count == ReadOutcome.nothing { break }
            if count < 0 { return ask(query) }
            blocks.append(UnsafeRawBufferPointer(start: readBuffer, count: count), to: &connection.pointee.inbound)
            if connection.pointee.inbound.count > 70_000 { return ask(query) }
        }
        let bytes = connection.pointee.inbound.bytes
        guard bytes.count >= 2 else { return }
        let length = Int(bytes[0]) << 8 | Int(bytes[1])
        guard bytes.count >= 2 + length else { return }
        let message = UnsafeRawBufferPointer(rebasing: bytes[2..<2 + length])
        guard DNSMessage.answers(Span(_unsafeBytes: message), Span(_unsafeBytes: query.pointee.message.bytes)) else {
            return ask(query)
        }
        deliver(query, message)
    }

    mutating func dnsStreamTimedOut(_ connection: ConnectionPointer) {
        if let query = connection.pointee.query { ask(query) } else { close(connection) }
    }

    // MARK: - Outcomes

    private mutating func deliver(_ query: QueryPointer, _ bytes: UnsafeRawBufferPointer) {
        if query.pointee.cluster != nil { return clusterAnswer(query, bytes) }
        forwardAnswer(query, bytes)
    }

    private mutating func queryFailed(_ query: QueryPointer) {
        if let cluster = query.pointee.cluster {
            let place = query.pointee.name
            endQuery(query)
            return nameSettled(cluster, place, addresses: [], timeToLive: 0, failed: true)
        }
        forwardFailed(query)
    }

    // MARK: - Names of clusters

    /// Whether the addresses of a DNS cluster may be used now; asks for them
    /// when they are due. Stale ones serve for half a minute meanwhile.
    mutating func namesAreFresh(_ cluster: ClusterPointer) -> Bool {
        if cluster.pointee.plan.discovery == .dynamicForwardProxy { return true }
        if cluster.pointee.names.isEmpty || milliseconds < cluster.pointee.namesExpire { return true }
        if !cluster.pointee.isResolving { resolveNames(cluster) }
        if !cluster.pointee.isResolving { return true }
        return !cluster.pointee.endpoints.isEmpty && milliseconds < cluster.pointee.namesExpire &+ 30_000
    }

    /// Asks for every name of a cluster.
    mutating func resolveNames(_ cluster: ClusterPointer) {
        cluster.pointee.isResolving = true
        cluster.pointee.namesWaiting = cluster.pointee.names.count
        for place in cluster.pointee.names.indices { resolve(cluster, place, second: false) }
    }

    /// Asks for one name.
    mutating func resolveName(_ cluster: ClusterPointer, _ place: Int) { resolve(cluster, place, second: false) }

    private mutating func resolve(_ cluster: ClusterPointer, _ place: Int, second: Bool) {
        let host = cluster.pointee.names[place].host
        let port = cluster.pointee.names[place].port
        let family = cluster.pointee.plan.lookupFamily
        if let found = names.override(host: host, port: port).map({ [$0] }) ?? names.known(
            host: host, port: port, v4: family != .v6Only, v6: family != .v4Only)
        {
            return nameSettled(cluster, place, addresses: found, timeToLive: 3600, failed: found.isEmpty)
        }
        let v6First = family == .v6Only || family == .automatic
        let wantsV6 = v6First != second
        let type = wantsV6 ? DNSMessage.typeAAAA : DNSMessage.typeA
        let query = queries.allocate()
        query.pointee.cluster = cluster
        query.pointee.name = place
        query.pointee.type = type
        query.pointee.server = Int(random.below(64))
        var writer = ByteWriter(UnsafeMutableRawBufferPointer(start: scratch, count: 1024))
        DNSResponse.number(&writer, UInt16(truncatingIfNeeded: random.next()))
        DNSResponse.number(&writer, 0x0100)
        DNSResponse.number(&writer, 1)
        for _ in 0..<2 { DNSResponse.number(&writer, 0) }
        DNSResponse.number(&writer, 1)
        var text = host.hasSuffix(".") ? String(host.dropLast()) : host
        text.withUTF8 { DNSResponse.name(&writer, $0) }
        DNSResponse.number(&writer, type)
        DNSResponse.number(&writer, 1)
        writer.bytes([0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0])  // EDNS, 1232 bytes
        blocks.append(writer.written, to: &query.pointee.message)
        ask(query)
    }

    private mutating func clusterAnswer(_ query: QueryPointer, _ bytes: UnsafeRawBufferPointer) {
        guard let cluster = query.pointee.cluster else { return endQuery(query) }
        guard let answers = DNSAnswers(Span(_unsafeBytes: bytes), type: query.pointee.type) else { return ask(query) }
        // Refusals and failures of one resolver: ask the next.
        if answers.code != 0, answers.code != 3 { return ask(query) }
        let place = query.pointee.name
        let type = query.pointee.type
        endQuery(query)
        let family = cluster.pointee.plan.lookupFamily
        if answers.addresses.isEmpty {
            let firstType = family == .automatic ? DNSMessage.typeAAAA : DNSMessage.typeA
            let hasSecond = family == .automatic || family == .v4Preferred
            if hasSecond, type == firstType { return resolve(cluster, place, second: true) }
        }
        let port = cluster.pointee.names[place].port
        var found = answers.addresses.map { address in
            var copy = address
            copy.port = port
            return copy
        }
        if family == .all {
            if type == DNSMessage.typeA {
                cluster.pointee.names[place].partial = found
                return resolve(cluster, place, second: true)
            }
            // IPv6 first, as RFC 6724 sorts where both work.
            found += cluster.pointee.names[place].partial
            cluster.pointee.names[place].partial = []
        }
        nameSettled(
            cluster, place, addresses: found, timeToLive: answers.timeToLive, failed: false)
    }

    /// A name of a cluster is answered, or isn't.
    private mutating func nameSettled(
        _ cluster: ClusterPointer, _ place: Int, addresses: [petrel_address], timeToLive: UInt32, failed: Bool
    ) {
        guard place < cluster.pointee.names.count else { return }
        let discovery = cluster.pointee.plan.discovery
        cluster.pointee.names[place].failed = failed
        cluster.pointee.names[place].failures = failed ? cluster.pointee.names[place].failures + 1 : 0
        // A resolver that fails doesn't make known addresses wrong.
        if !failed {
            cluster.pointee.names[place].addresses =
                discovery == .logicalDNS ? AddressOrder.interleaved(addresses) : addresses
        }
        let schedule = NameSchedule(cluster.pointee.plan)
        let wait = schedule.wait(
            timeToLive: failed ? nil : timeToLive, failures: cluster.pointee.names[place].failures,
            random: random.next())
        cluster.pointee.names[place].expires = milliseconds &+ wait
        if discovery == .dynamicForwardProxy {
            cluster.pointee.names[place].isResolving = false
            cluster.pointee.uses += 1
            servePending(cluster)
            serveWaitingRelays(cluster)
            return release(cluster)
        }
        cluster.pointee.namesWaiting -= 1
        guard cluster.pointee.namesWaiting <= 0 else { return }
        cluster.pointee.isResolving = false
        cluster.pointee.namesExpire = cluster.pointee.names.map(\.expires).min() ?? .max
        applyNames(cluster)
    }

    private mutating func applyNames(_ cluster: ClusterPointer) {
        let plans = cluster.pointee.snapshot.pointee.tables.endpoints(ofCluster: cluster.pointee.index)
        var fresh = cluster.pointee.endpoints.filter {
            $0.pointee.plan >= 0 && $0.pointee.plan < plans.count && plans[$0.pointee.plan].address != nil
        }
        for name in cluster.pointee.names {
            // With LOGICAL_DNS all addresses of the name are one endpoint.
            let isLogical = cluster.pointee.plan.discovery == .logicalDNS
            for address in isLogical ? Array(name.addresses.prefix(1)) : name.addresses {
                let made = endpoint(cluster, address, name.plan)
                if !fresh.contains(made) { fresh.append(made) }
            }
        }
        cluster.pointee.uses += 1
        replaceEndpoints(cluster, fresh)
        servePending(cluster)
        serveWaitingRelays(cluster)
        release(cluster)
    }

    /// Drops the questions of a cluster that goes.
    mutating func forgetQueries(of cluster: ClusterPointer) {
        for query in queries.all where query.pointee.cluster == cluster { endQuery(query) }
    }
}
