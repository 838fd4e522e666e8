internal import CPetrelSystem
internal import TrafficModel

// Dynamic forward proxy: each host that is asked for is an endpoint, resolved
// when it is first used.

extension Worker {
    /// The endpoint of a host, or what is to be done about it.
    mutating func forwardEndpoint(_ cluster: ClusterPointer, _ target: ForwardTarget?) -> ForwardOutcome {
        guard let target else { return .unknown }
        if let address = target.address, names.override(host: target.host, port: target.port) == nil {
            return .endpoint(forwardEndpoint(cluster, at: address))
        }
        guard let place = cluster.pointee.forwardNames[target] else {
            guard let place = addForwardName(cluster, target) else { return .unknown }
            cluster.pointee.forwardNames[target] = place
            return resolveForwardName(cluster, place)
        }
        let name = cluster.pointee.names[place]
        cluster.pointee.names[place].lastUse = milliseconds
        if name.isResolving {
            return name.addresses.isEmpty ? .waits : .endpoint(forwardEndpoint(cluster, name))
        }
        if milliseconds >= name.expires { return resolveForwardName(cluster, place) }
        return name.addresses.isEmpty ? .failed : .endpoint(forwardEndpoint(cluster, name))
    }

    private mutating func resolveForwardName(_ cluster: ClusterPointer, _ place: Int) -> ForwardOutcome {
        cluster.pointee.uses += 1
        defer { cluster.pointee.uses -= 1 }
        cluster.pointee.names[place].isResolving = true
        resolveName(cluster, place)
        let name = cluster.pointee.names[place]
        // Addresses of before serve until the new ones are here.
        if !name.addresses.isEmpty { return .endpoint(forwardEndpoint(cluster, name)) }
        return name.isResolving ? .waits : .failed
    }

    /// A place for a new name: a new one, or one that nobody used for the
    /// time a host is kept; nil when there are too many.
    private mutating func addForwardName(_ cluster: ClusterPointer, _ target: ForwardTarget) -> Int? {
        var fresh = ClusterName(plan: -1, host: target.host, port: target.port)
        fresh.lastUse = milliseconds
        if cluster.pointee.names.count < Int(cluster.pointee.plan.maximumHosts) {
            cluster.pointee.names.append(fresh)
            return cluster.pointee.names.count - 1
        }
        let lifetime = UInt64(max(0, cluster.pointee.plan.hostLifetimeMilliseconds))
        let old = cluster.pointee.names.indices.first {
            let name = cluster.pointee.names[$0]
            return !name.isResolving && milliseconds >= name.lastUse &+ lifetime
        }
        guard let old else { return nil }
        let gone = cluster.pointee.names[old]
        cluster.pointee.forwardNames[ForwardTarget(host: gone.host, port: gone.port)] = nil
        cluster.pointee.names[old] = fresh
        return old
    }

    private mutating func forwardEndpoint(_ cluster: ClusterPointer, _ name: ClusterName) -> EndpointPointer {
        forwardEndpoint(cluster, at: name.addresses[0])
    }

    private mutating func forwardEndpoint(_ cluster: ClusterPointer, at address: petrel_address) -> EndpointPointer {
        dynamicEndpoint(cluster, address)
    }
}
