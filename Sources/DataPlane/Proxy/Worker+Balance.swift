internal import CPetrelSystem
internal import Synchronization
internal import TrafficModel

// Choosing endpoints, and what becomes known of their health.

extension Worker {
    /// Picks an endpoint by the cluster's policy; nil when there is none.
    mutating func pick(_ cluster: ClusterPointer, _ exchange: ExchangePointer?) -> EndpointPointer? {
        var hash: UInt64?
        if let exchange, exchange.pointee.flags.contains(.hasHash) { hash = exchange.pointee.hash }
        return pick(cluster, hash: hash)
    }

    /// The same with a hash that something else than a route made.
    mutating func pick(_ cluster: ClusterPointer, hash: UInt64?) -> EndpointPointer? {
        if cluster.pointee.shared.watches { refreshHealth(cluster) }
        if let only = cluster.pointee.balancer.only { return cluster.pointee.endpoints[only] }
        let endpoints = cluster.pointee.endpoints
        let place = cluster.pointee.balancer.pick(
            hash: hash, now: milliseconds, random: &random, load: { endpoints[$0].pointee.activeRequests },
            key: { Self.hashKey(cluster, endpoints[$0]) })
        return place.map { endpoints[$0] }
    }

    private mutating func refreshHealth(_ cluster: ClusterPointer) {
        cluster.pointee.shared.sweep(at: milliseconds)
        if cluster.pointee.shared.version.load(ordering: .acquiring) != cluster.pointee.sharedVersion {
            rebalance(cluster)
            startProbes(cluster)
        }
    }

    /// What rings and tables call an endpoint.
    private static func hashKey(_ cluster: ClusterPointer, _ endpoint: EndpointPointer) -> String {
        let plans = cluster.pointee.snapshot.pointee.tables.endpoints(ofCluster: cluster.pointee.index)
        let place = endpoint.pointee.plan
        if place >= 0, place < plans.count, !plans[place].hashKey.isEmpty { return plans[place].hashKey.string }
        if cluster.pointee.plan.hashesHostname { return endpoint.pointee.hostname.string }
        return text(endpoint.pointee.address)
    }

    /// Takes endpoints and their health into a new balancer.
    mutating func rebalance(_ cluster: ClusterPointer) {
        let shared = cluster.pointee.shared
        cluster.pointee.sharedVersion = shared.version.load(ordering: .acquiring)
        let plans = cluster.pointee.snapshot.pointee.tables.endpoints(ofCluster: cluster.pointee.index)
        var localities: [String: Int32] = [:]
        var hosts: [BalanceHost] = []
        hosts.reserveCapacity(cluster.pointee.endpoints.count)
        for endpoint in cluster.pointee.endpoints {
            var host = BalanceHost(weight: endpoint.pointee.weight, joined: endpoint.pointee.joined)
            let place = endpoint.pointee.plan
            if place >= 0, place < plans.count {
                host.priority = plans[place].priority
                host.localityWeight = plans[place].localityWeight
                host.locality = localities[plans[place].locality.string] ?? Int32(localities.count)
                localities[plans[place].locality.string] = host.locality
                switch plans[place].health {
                case .unknown, .healthy: host.health = .healthy
                case .degraded: host.health = .degraded
                case .unhealthy, .draining, .timeout: host.health = .unhealthy
                }
            }
            let number = Int(endpoint.pointee.number)
            if number >= 0, !shared.condition(number).isHealthy { host.health = .unhealthy }
            hosts.append(host)
        }
        cluster.pointee.balancer = Balancer(
            hosts, BalancePolicy(cluster.pointee.plan), seed: UInt32(truncatingIfNeeded: random.next() >> 40))
    }

    /// Tells the cluster how a request to an endpoint, or a connection, went.
    @inline(__always)
    mutating func report(_ endpoint: EndpointPointer?, _ outcome: OutlierDetector.Outcome) {
        guard let endpoint, endpoint.pointee.number >= 0 else { return }
        endpoint.pointee.cluster.pointee.shared.record(Int(endpoint.pointee.number), outcome, at: milliseconds)
    }
}

extension BalancePolicy {
    init(_ plan: ClusterPlan) {
        switch plan.balancing {
        case .roundRobin, .clusterProvided: kind = .roundRobin
        case .leastRequest: kind = .leastRequest(choices: plan.leastRequestChoices, scansAll: plan.scansAll)
        case .random: kind = .random
        case .ringHash: kind = .ring(minimum: plan.minimumRingSize, maximum: plan.maximumRingSize)
        case .maglev: kind = .maglev(size: plan.maglevTableSize)
        }
        panicPercent = min(100, plan.panicThresholdPercent)
        failsInPanic = plan.failsInPanic
        weighsLocalities = plan.locality
        requestBias = plan.activeRequestBias
        if plan.slowStartMilliseconds > 0 {
            slowStart = SlowStart(
                window: UInt64(plan.slowStartMilliseconds), aggression: plan.slowStartAggression,
                least: plan.slowStartMinimumPercent / 100)
        }
    }
}
