extension TrafficTables {
    /// The one implementation of request decisions.
    func decideRequest<Recorder: DecisionRecorder>(
        _ request: RequestView, on connection: ConnectionDecision, facts: ConnectionFacts, random: UInt64,
        recorder: inout Recorder
    ) -> RequestDecision {
        var decision = RequestDecision()
        decision.listener = connection.listener
        decision.chain = connection.chain
        // Resolved anew for each request: a route configuration may come or
        // change while a connection stays.
        decision.routeConfiguration = -1
        if let index = routeConfigurationIndex(of: connection) {
            decision.routeConfiguration = Int32(truncatingIfNeeded: index)
        }
        let configuration = routeConfiguration(of: decision)
        guard !configuration.isEmpty else {
            let name = manager(of: decision).routeConfigurationName
            recorder.record(DecisionStep(.routeConfiguration, name.string, .failed, "it has not been received"))
            return fail(decision, .noRouteConfiguration, facts, request, recorder: &recorder)
        }
        recorder.record(
            DecisionStep(.routeConfiguration, configuration[0].name.string, .chosen, "named by the filter chain"))

        var host = request[request.authority]
        if configuration[0].ignoresPort { host = HostText.withoutPort(host) }
        let found = configuration[0].domains.lookup(host)
        guard found >= 0 else {
            recorder.record(
                DecisionStep(
                    .virtualHost, "", .failed,
                    "no virtual host has a domain for \(String(decoding: host, as: UTF8.self))"))
            return fail(decision, .noVirtualHost, facts, request, recorder: &recorder)
        }
        decision.virtualHost = found
        recorder.record(
            DecisionStep(
                .virtualHost, configuration[0].virtualHosts[Int(found)].name.string, .chosen,
                "its domains cover \(String(decoding: host, as: UTF8.self))"))
        if configuration[0].virtualHosts[Int(found)].requiresTLS == .all, !isHTTPS(request) {
            recorder.record(
                DecisionStep(
                    .virtualHost, configuration[0].virtualHosts[Int(found)].name.string, .failed,
                    "plain requests are redirected to https"))
            decision.verdict = .failed
            decision.reason = .tlsRequired
            decision.status = Reason.tlsRequired.status
            return decision
        }
        let route = chooseRoute(
            configuration[0].virtualHosts, Int(found), request, random: random, recorder: &recorder)
        guard let route else {
            recorder.record(
                DecisionStep(
                    .route, "", .failed,
                    "no route of \(configuration[0].virtualHosts[Int(found)].name) matches the request"))
            return fail(decision, .noRoute, facts, request, recorder: &recorder)
        }
        decision.route = Int32(truncatingIfNeeded: route)
        return follow(
            configuration[0].virtualHosts[Int(found)].routes, route, decision, request, facts, random: random,
            recorder: &recorder)
    }

    private func routeConfigurationIndex(of connection: ConnectionDecision) -> Int? {
        let manager = listeners[Int(connection.listener)].chains[Int(connection.chain)].manager
        guard manager[0].inlineRoutes.isEmpty else { return nil }
        let name = manager[0].routeConfigurationName
        return routeIndex.first(manager[0].routeConfigurationHash) { routeConfigurations[$0].name == name }
    }

    @inline(__always)
    private func chooseRoute<Recorder: DecisionRecorder>(
        _ hosts: FlatArray<VirtualHostPlan>, _ host: Int, _ request: RequestView, random: UInt64,
        recorder: inout Recorder
    ) -> Int? {
        let matchers = hosts[host].matchers
        let path = request[request.pathWithoutQuery]
        var index = 0
        while index < matchers.count {
            if matchers[index].matches(request, path: path, random: random) {
                recorder.record(
                    DecisionStep(.route, hosts[host].routes[index].label(index), .chosen, "the first that matches"))
                return index
            }
            if Recorder.isRecording {
                let why = matchers[index].mismatch(request, path: path, random: random) ?? ""
                recorder.record(DecisionStep(.route, hosts[host].routes[index].label(index), .passed, why))
            }
            index &+= 1
        }
        return nil
    }

    private func follow<Recorder: DecisionRecorder>(
        _ routes: FlatArray<RoutePlan>, _ number: Int, _ decided: RequestDecision, _ request: RequestView,
        _ facts: ConnectionFacts, random: UInt64, recorder: inout Recorder
    ) -> RequestDecision {
        var decision = decided
        if routes[number].action == .forward {
            chooseCluster(routes, number, &decision, request, random: random)
        }
        guard passesAccessRules(&decision, facts, request, recorder: &recorder) else { return decision }
        switch routes[number].action {
        case .redirect:
            decision.verdict = .directResponse
            decision.reason = .none
            decision.status = routes[number].redirect[0].status
            recorder.record(
                DecisionStep(.redirect, routes[number].name.string, .chosen, "the route redirects with \(decision.status)"))
        case .directResponse:
            decision.verdict = .directResponse
            decision.reason = .none
            decision.status = routes[number].responseStatus
            recorder.record(
                DecisionStep(
                    .directResponse, routes[number].name.string, .chosen, "the route answers \(decision.status) by itself"))
        case .none:
            decision.reason = .unsupportedAction
            decision.status = Reason.unsupportedAction.status
        case .forward:
            guard decision.cluster >= 0 else {
                let name = clusterName(routes[number], decision, request)
                recorder.record(DecisionStep(.cluster, name, .failed, "there is no such cluster"))
                decision.reason = .noCluster
                decision.status = routes[number].clusterNotFoundStatus
                return decision
            }
            decision.reason = endpointReason(ofCluster: Int(decision.cluster), recorder: &recorder)
            if decision.reason == .none {
                decision.verdict = .allowed
            } else {
                decision.status = decision.reason.status
            }
        }
        return decision
    }

    @inline(__always)
    private func chooseCluster(
        _ routes: FlatArray<RoutePlan>, _ number: Int, _ decision: inout RequestDecision, _ request: RequestView,
        random: UInt64
    ) {
        var found: Int?
        switch routes[number].selection {
        case .single:
            decision.target = 0
            found = cluster(routes[number].clusters[0].cluster)
        case .weighted:
            let target = WeightedTarget.choose(routes[number].clusters, total: routes[number].totalWeight, random: random)
            decision.target = Int32(truncatingIfNeeded: target)
            found = cluster(routes[number].clusters[target].cluster)
        case .header:
            if let name = request.firstHeader(routes[number].clusterHeader.buffer) { found = cluster(named: request[name]) }
        }
        if let found { decision.cluster = Int32(truncatingIfNeeded: found) }
    }

    private func clusterName(_ route: RoutePlan, _ decision: RequestDecision, _ request: RequestView) -> String {
        if decision.target >= 0 { return route.clusters[Int(decision.target)].cluster.name.string }
        return request.firstHeader(route.clusterHeader.buffer).map { String(decoding: request[$0], as: UTF8.self) }
            ?? "(header \(route.clusterHeader) is absent)"
    }

    private func isHTTPS(_ request: RequestView) -> Bool {
        let scheme = request[request.scheme]
        return scheme.count == 5 && scheme[4] | 0x20 == 0x73
    }

    /// Ends a request that found no route; access rules come first, as they do in Envoy.
    private func fail<Recorder: DecisionRecorder>(
        _ decided: RequestDecision, _ reason: Reason, _ facts: ConnectionFacts, _ request: RequestView,
        recorder: inout Recorder
    ) -> RequestDecision {
        var decision = decided
        guard passesAccessRules(&decision, facts, request, recorder: &recorder) else { return decision }
        decision.verdict = .failed
        decision.reason = reason
        decision.status = reason.status
        return decision
    }

    /// Runs the HTTP access rules in force; when they refuse, the decision says so.
    private func passesAccessRules<Recorder: DecisionRecorder>(
        _ decision: inout RequestDecision, _ facts: ConnectionFacts, _ request: RequestView,
        recorder: inout Recorder
    ) -> Bool {
        let filters = listeners[Int(decision.listener)].chains[Int(decision.chain)].manager[0].filters
        var index = 0
        while index < filters.count {
            defer { index &+= 1 }
            guard filters[index].kind == .accessRules else { continue }
            var rules = filters[index].access
            if let override = override(filters[index].name, of: decision) {
                if override.disabled { continue }
                if override.replacesAccess { rules = override.access }
            } else if filters[index].disabled {
                continue
            }
            guard let rules = rules.first else { continue }
            var verdict = rules.evaluate(facts, request)
            if filters[index].refusesShadowMatches {
                guard verdict.shadowPolicy >= 0 else { continue }
                verdict.allowed = false
                recorder.record(rules.externalStep(verdict))
            } else if rules.hasRules {
                recorder.record(rules.step(verdict))
            }
            decision.access = verdict
            if !verdict.allowed {
                decision.verdict = .denied
                decision.reason = .deniedByPolicy
                decision.status = Reason.deniedByPolicy.status
                return false
            }
        }
        return true
    }
}

extension RoutePlan {
    func label(_ number: Int) -> String {
        name.isEmpty ? "#\(number)" : name.string
    }
}
