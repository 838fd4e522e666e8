internal import CPetrelSystem
internal import EnvoyAPI
internal import Telemetry
internal import TrafficModel

extension Worker {
    /// The worker's state of a cluster, made when it is first used.
    @inline(__always)
    mutating func clusterState(_ snapshot: SnapshotPointer, _ index: Int) -> ClusterPointer {
        precondition(index >= 0 && index < snapshot.pointee.clusterCount)
        if let known = snapshot.pointee.clusters[index] { return known }
        return makeCluster(snapshot, index)
    }

    private mutating func makeCluster(_ snapshot: SnapshotPointer, _ index: Int) -> ClusterPointer {
        let cluster = ClusterPointer.allocate(capacity: 1)
        let tables = snapshot.pointee.tables
        let revision = tables.clusters[index].revision
        let key = SharedClusters.Key(
            workload: snapshot.pointee.workload, name: tables.clusters[index].name.string, revision: revision)
        let shared = settings.shared.join(key, tables.clusters[index], at: milliseconds)
        cluster.initialize(
            to: ClusterState(
                index: index, revision: revision, endpointRevision: tables.endpointRevision(ofCluster: index),
                snapshot: snapshot, shared: shared, sharedKey: key))
        snapshot.pointee.uses += 1
        snapshot.pointee.clusters[index] = cluster
        let labels = [("cluster", tables.clusters[index].name.string)]
        cluster.pointee.metrics = settings.registry.shard(of: WorkerMetrics.clusterLayout.layout, labels: labels)
        fillEndpoints(cluster)
        return cluster
    }

    /// Takes the endpoints of the configuration, and names to resolve.
    private mutating func fillEndpoints(_ cluster: ClusterPointer) {
        let tables = cluster.pointee.snapshot.pointee.tables
        let plans = tables.endpoints(ofCluster: cluster.pointee.index)
        cluster.pointee.names = []
        var fixed: [EndpointPointer] = []
        let discovery = cluster.pointee.plan.discovery
        // What clients asked for isn't of the configuration.
        if discovery == .originalDestination || discovery == .dynamicForwardProxy { return }
        for place in 0..<plans.count {
            if let address = plans[place].address {
                let target = petrel_address(address, port: plans[place].port)
                fixed.append(endpoint(cluster, override(plans[place], target), place))
            } else if discovery != .originalDestination, !plans[place].host.isEmpty {
                let host = plans[place].host.string
                cluster.pointee.names.append(ClusterName(plan: place, host: host, port: plans[place].port))
            }
        }
        replaceEndpoints(cluster, fixed)
        cluster.pointee.namesExpire = 0
        cluster.pointee.isResolving = false
        forgetQueries(of: cluster)
    }

    /// `--resolve` speaks of host and port, also where the host is an address.
    private func override(_ plan: EndpointPlan, _ address: petrel_address) -> petrel_address {
        guard !settings.overrides.isEmpty else { return address }
        return names.override(host: plan.host.string, port: plan.port) ?? address
    }

    /// The endpoint at that address: the one the cluster has, or a new one.
    mutating func endpoint(_ cluster: ClusterPointer, _ address: petrel_address, _ place: Int) -> EndpointPointer {
        let plans = cluster.pointee.snapshot.pointee.tables.endpoints(ofCluster: cluster.pointee.index)
        let isKnown = place >= 0 && place < plans.count
        let hostname = isKnown ? (plans[place].hostname.isEmpty ? plans[place].host : plans[place].hostname) : FlatText()
        let weight = isKnown ? max(1, plans[place].weight) : 1
        for known in cluster.pointee.endpoints where known.pointee.address.isEqual(address) {
            known.pointee.hostname = hostname
            known.pointee.plan = place
            known.pointee.weight = weight
            return known
        }
        let made = EndpointPointer.allocate(capacity: 1)
        made.initialize(
            to: EndpointState(cluster: cluster, address: address, hostname: hostname, plan: place, weight: weight))
        made.pointee.joined = milliseconds
        if cluster.pointee.shared.watches {
            made.pointee.number = Int32(truncatingIfNeeded: cluster.pointee.shared.join(address))
        }
        return made
    }

    /// Makes `fresh` the endpoints of the cluster; those that are gone close
    /// their waiting connections and end when their last request does.
    mutating func replaceEndpoints(_ cluster: ClusterPointer, _ fresh: [EndpointPointer]) {
        let old = cluster.pointee.endpoints
        cluster.pointee.endpoints = fresh
        for endpoint in old where !fresh.contains(endpoint) {
            endpoint.pointee.retired = true
            endpoint.pointee.uses += 1
            endProbe(endpoint)
            while let waiting = endpoint.pointee.idle { closeUpstream(waiting) }
            retireCarriers(endpoint)
            endpoint.pointee.uses -= 1
            reapEndpoint(endpoint)
        }
        rebalance(cluster)
        startProbes(cluster)
    }

    mutating func reapEndpoint(_ endpoint: EndpointPointer) {
        guard endpoint.pointee.retired, endpoint.pointee.uses == 0, endpoint.pointee.connections == 0 else { return }
        if endpoint.pointee.number >= 0 {
            endpoint.pointee.cluster.pointee.shared.leave(Int(endpoint.pointee.number))
        }
        endpoint.deallocate()
    }

    // MARK: - Change of configuration

    /// Carries clusters that didn't change over to a new configuration, with
    /// their pools and names.
    mutating func carryClusters(from old: SnapshotPointer, to new: SnapshotPointer) {
        for index in 0..<old.pointee.clusterCount {
            guard let cluster = old.pointee.clusters[index] else { continue }
            old.pointee.clusters[index] = nil
            let tables = new.pointee.tables
            let stays =
                index < new.pointee.clusterCount && !tables.clusters.isVacant(index)
                && tables.clusters[index].revision == cluster.pointee.revision
            guard stays else {
                retireCluster(cluster)
                continue
            }
            cluster.pointee.snapshot = new
            new.pointee.uses += 1
            new.pointee.clusters[index] = cluster
            let revision = tables.endpointRevision(ofCluster: index)
            if revision != cluster.pointee.endpointRevision {
                cluster.pointee.endpointRevision = revision
                fillEndpoints(cluster)
            } else {
                refreshHostnames(cluster)
            }
            release(old)
        }
    }

    /// Names of endpoints point into the tables: take those of the new ones.
    private func refreshHostnames(_ cluster: ClusterPointer) {
        let plans = cluster.pointee.snapshot.pointee.tables.endpoints(ofCluster: cluster.pointee.index)
        for endpoint in cluster.pointee.endpoints {
            let place = endpoint.pointee.plan
            guard place >= 0, place < plans.count else { continue }
            endpoint.pointee.hostname = plans[place].hostname.isEmpty ? plans[place].host : plans[place].hostname
        }
    }

    /// The cluster is gone or changed: requests under way finish on it.
    mutating func retireCluster(_ cluster: ClusterPointer) {
        cluster.pointee.retired = true
        reapCluster(cluster)
    }

    mutating func reapCluster(_ cluster: ClusterPointer) {
        guard cluster.pointee.retired, cluster.pointee.uses == 0 else { return }
        cluster.pointee.uses = 1  // No second reaping from inside.
        let snapshot = cluster.pointee.snapshot
        replaceEndpoints(cluster, [])
        forgetQueries(of: cluster)
        cluster.pointee.shared.resignAsChecker(self.index)
        settings.shared.leave(cluster.pointee.sharedKey)
        if let metrics = cluster.pointee.metrics { settings.registry.retire(metrics) }
        cluster.pointee.series.retire(settings.registry)
        cluster.deinitialize(count: 1)
        cluster.deallocate()
        release(snapshot)
    }

    mutating func release(_ cluster: ClusterPointer) {
        cluster.pointee.uses -= 1
        if cluster.pointee.retired { reapCluster(cluster) }
    }

    /// One use of a configuration less; the last one of a replaced one frees it.
    mutating func release(_ snapshot: SnapshotPointer) {
        snapshot.pointee.uses -= 1
        guard snapshot.pointee.uses == 0 else { return }
        snapshot.pointee.clusters.deallocate()
        snapshot.deinitialize(count: 1)
        snapshot.deallocate()
    }

    // MARK: - Original destinations

    /// The endpoint for the original destination of a connection.
    mutating func originalEndpoint(_ cluster: ClusterPointer, _ destination: petrel_address) -> EndpointPointer {
        var target = destination
        let port = cluster.pointee.plan.upstreamPortOverride
        if port != 0 { target.port = port }
        return dynamicEndpoint(cluster, target)
    }

    /// An endpoint that no configuration names: addresses of long ago make
    /// room for it.
    mutating func dynamicEndpoint(_ cluster: ClusterPointer, _ target: petrel_address) -> EndpointPointer {
        let key = EndpointKey(target)
        if let known = cluster.pointee.dynamicEndpoints[key] { return known }
        if cluster.pointee.endpoints.count >= 4096 { dropUnusedEndpoints(cluster) }
        let made = endpoint(cluster, target, -1)
        cluster.pointee.endpoints.append(made)
        cluster.pointee.dynamicEndpoints[key] = made
        return made
    }

    private mutating func dropUnusedEndpoints(_ cluster: ClusterPointer) {
        let used = cluster.pointee.endpoints.filter { $0.pointee.connections > 0 || $0.pointee.uses > 0 }
        cluster.pointee.dynamicEndpoints = [:]
        for endpoint in used { cluster.pointee.dynamicEndpoints[EndpointKey(endpoint.pointee.address)] = endpoint }
        replaceEndpoints(cluster, used)
    }
}
