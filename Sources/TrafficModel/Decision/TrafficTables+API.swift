// The whole surface that the proxy and the explanations use. Nothing here
// allocates, counts references, reads a clock or touches a socket.

extension TrafficTables {
    // MARK: - Connections

    /// The listener that a captured connection belongs to by its original
    /// destination: the one for exactly this address and port, else the one for
    /// any address and this port, else nil: the connection stays with the
    /// listener that accepted it (`virtualOutbound`).
    public func listener(forDestination address: IPAddress, port: UInt16) -> Int? {
        listenerIndex.lookup(address, port)
    }

    /// The listener called `name`, or nil.
    public func listener(named name: String) -> Int? {
        listenerNames[name].map(Int.init)
    }

    /// Decides what becomes of a connection accepted by `listener`: the
    /// hand-over by original destination when that listener does it, the filter
    /// chain, network access rules and, for TCP, the cluster.
    ///
    /// `random` picks among weighted clusters: any number, evenly distributed.
    public func decide(_ facts: ConnectionFacts, on listener: Int, random: UInt64) -> ConnectionDecision {
        var recorder = NoRecorder()
        return decideConnection(facts, on: listener, random: random, recorder: &recorder)
    }

    /// The same, written down.
    public func explain(
        _ facts: ConnectionFacts, on listener: Int, random: UInt64, recorder: inout StepRecorder
    ) -> ConnectionDecision {
        decideConnection(facts, on: listener, random: random, recorder: &recorder)
    }

    // MARK: - Requests

    /// Decides what becomes of one request on a connection whose decision said
    /// ``ConnectionDecision/Handling/http``: virtual host, route, HTTP access
    /// rules, cluster.
    ///
    /// The path must have been normalized as the connection manager asks
    /// (``ConnectionManagerPlan/normalize(path:into:)``), and Host stripped of
    /// what it strips. `random` picks among weighted clusters and decides runtime fractions.
    public func decide(
        _ request: RequestView, on connection: ConnectionDecision, facts: ConnectionFacts, random: UInt64
    ) -> RequestDecision {
        var recorder = NoRecorder()
        return decideRequest(request, on: connection, facts: facts, random: random, recorder: &recorder)
    }

    /// The same, written down.
    public func explain(
        _ request: RequestView, on connection: ConnectionDecision, facts: ConnectionFacts, random: UInt64,
        recorder: inout StepRecorder
    ) -> RequestDecision {
        decideRequest(request, on: connection, facts: facts, random: random, recorder: &recorder)
    }

    // MARK: - What a decision refers to

    /// The filter chain of a connection; traps when there is none.
    public func chain(of decision: ConnectionDecision) -> FilterChainPlan {
        listeners[Int(decision.listener)].chains[Int(decision.chain)]
    }

    /// The connection manager of a request; traps when there is none.
    public func manager(of decision: RequestDecision) -> ConnectionManagerPlan {
        listeners[Int(decision.listener)].chains[Int(decision.chain)].manager[0]
    }

    /// The route configuration of a request: zero or one element.
    public func routeConfiguration(of decision: RequestDecision) -> FlatArray<RouteConfigurationPlan> {
        if decision.routeConfiguration >= 0 {
            return routeConfigurations.slots[Int(decision.routeConfiguration)]
        }
        return listeners[Int(decision.listener)].chains[Int(decision.chain)].manager[0].inlineRoutes
    }

    /// The virtual host of a request; traps when there is none.
    public func virtualHost(of decision: RequestDecision) -> VirtualHostPlan {
        routeConfiguration(of: decision)[0].virtualHosts[Int(decision.virtualHost)]
    }

    /// The route of a request; traps when there is none.
    public func route(of decision: RequestDecision) -> RoutePlan {
        routeConfiguration(of: decision)[0].virtualHosts[Int(decision.virtualHost)].routes[Int(decision.route)]
    }

    // MARK: - Clusters and credentials

    /// Index of the cluster called `name`, or nil.
    public func cluster(named name: UnsafeBufferPointer<UInt8>) -> Int? {
        clusterIndex.first(ByteComparison.hash(name)) { index in
            ByteComparison.equal(clusters[index].name.buffer, name)
        }
    }

    /// Index of the cluster that a reference names, or nil.
    public func cluster(_ reference: ClusterReference) -> Int? {
        clusterIndex.first(reference.hash) { index in
            ByteComparison.equal(clusters[index].name.buffer, reference.name.buffer)
        }
    }

    /// Endpoints of the cluster at `index`: those of its own configuration, or
    /// of the `ClusterLoadAssignment` for EDS (empty until it has arrived).
    public func endpoints(ofCluster index: Int) -> FlatArray<EndpointPlan> {
        assignments[index].endpoints
    }

    /// Changes whenever the endpoints of the cluster at `index` do.
    public func endpointRevision(ofCluster index: Int) -> UInt64 {
        assignments[index].revision
    }

    /// The SDS secret called `name`: zero or one element.
    public func secret(named name: FlatText) -> FlatArray<SecretPlan> {
        let index = secretIndex.first(ByteComparison.hash(name.buffer)) { index in
            secrets[index].name == name
        }
        return index.map { secrets.slots[$0] } ?? FlatArray()
    }
}
