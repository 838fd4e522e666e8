internal import CPetrelSystem
internal import TrafficModel

// Happy eyeballs (RFC 8305): a name with several addresses is one endpoint.
// When its first address doesn't answer soon, the next is tried beside it;
// who is connected first carries the request.

extension Worker {
    /// Time for one address before the next is tried beside it.
    static let rivalMilliseconds: UInt64 = 300

    /// The addresses of the endpoint's name, where they are tried in turn.
    private func addresses(_ connection: ConnectionPointer) -> [petrel_address] {
        let role = connection.pointee.role
        guard let endpoint = connection.pointee.endpoint, role == .upstreamHTTP || role == .relayUpstream else { return [] }
        let cluster = endpoint.pointee.cluster
        guard cluster.pointee.plan.discovery == .logicalDNS else { return [] }
        return cluster.pointee.names.first?.addresses ?? []
    }

    /// Waits less for a connection that isn't the last way to its endpoint.
    mutating func armConnecting(_ connection: ConnectionPointer, limit: UInt64) {
        let hasNext = Int(connection.pointee.addressPlace) + 1 < addresses(connection).count
        arm(connection, after: hasNext ? min(limit, Self.rivalMilliseconds) : limit)
    }

    /// The first address took too long: tries the next beside it. False when
    /// there is none, or its time is over.
    mutating func startRival(_ connection: ConnectionPointer) -> Bool {
        guard connection.pointee.flags.contains(.connecting), connection.pointee.rival == nil,
            let endpoint = connection.pointee.endpoint
        else { return false }
        let limit = UInt64(max(1, endpoint.pointee.cluster.pointee.plan.connectTimeoutMilliseconds))
        let passed = (now &- connection.pointee.opened) / 1_000_000
        guard passed < limit, let rival = dialNext(connection) else { return false }
        rival.pointee.rival = connection
        connection.pointee.rival = rival
        // One timer for both.
        timers.disarm(Self.timer(rival))
        arm(connection, after: limit - passed)
        return true
    }

    /// Another address where the one at `place` can't even be tried.
    mutating func dialRest(_ endpoint: EndpointPointer, role: Connection.Role, behind place: UInt8) -> ConnectionPointer? {
        let cluster = endpoint.pointee.cluster
        guard cluster.pointee.plan.discovery == .logicalDNS, role != .probe, let name = cluster.pointee.names.first,
            Int(place) + 1 < name.addresses.count
        else { return nil }
        return dial(endpoint, role: role, to: name.addresses[Int(place) + 1], place: place + 1)
    }

    private mutating func dialNext(_ connection: ConnectionPointer) -> ConnectionPointer? {
        guard let endpoint = connection.pointee.endpoint else { return nil }
        let all = addresses(connection)
        let place = Int(connection.pointee.addressPlace) + 1
        guard place < all.count else { return nil }
        return dial(endpoint, role: connection.pointee.role, to: all[place], place: UInt8(clamping: place))
    }

    /// A connection is made: the other one that was tried goes.
    mutating func settleRivals(_ winner: ConnectionPointer) {
        guard let loser = winner.pointee.rival else { return }
        winner.pointee.rival = nil
        loser.pointee.rival = nil
        inherit(winner, from: loser)
        closeUpstream(loser)
    }

    /// A connection could not be made: true when another takes its place.
    mutating func passOn(_ connection: ConnectionPointer) -> Bool {
        guard connection.pointee.flags.contains(.connecting) else { return false }
        var next = connection.pointee.rival
        connection.pointee.rival = nil
        next?.pointee.rival = nil
        if let next, let endpoint = connection.pointee.endpoint {
            let limit = UInt64(max(1, endpoint.pointee.cluster.pointee.plan.connectTimeoutMilliseconds))
            arm(next, after: max(1, limit &- min(limit, (now &- connection.pointee.opened) / 1_000_000)))
        } else {
            next = dialNext(connection)
        }
        guard let next else { return false }
        inherit(next, from: connection)
        closeUpstream(connection)
        return true
    }

    /// Whom a connection is for goes over to another.
    private func inherit(_ heir: ConnectionPointer, from connection: ConnectionPointer) {
        if let exchange = connection.pointee.exchange {
            heir.pointee.exchange = exchange
            exchange.pointee.upstream = heir
            let all = addresses(heir)
            if Int(heir.pointee.addressPlace) < all.count {
                exchange.pointee.upstreamAddress = all[Int(heir.pointee.addressPlace)]
            }
            connection.pointee.exchange = nil
        }
        if let other = connection.pointee.other {
            heir.pointee.other = other
            other.pointee.other = heir
            connection.pointee.other = nil
        }
        if let cluster = connection.pointee.relayCluster {
            heir.pointee.relayCluster = cluster
            connection.pointee.relayCluster = nil
        }
        if heir.pointee.nameHash == 0 { heir.pointee.nameHash = connection.pointee.nameHash }
    }
}
