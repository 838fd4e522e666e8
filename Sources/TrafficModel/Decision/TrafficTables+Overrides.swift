extension TrafficTables {
    /// The first HTTP filter of a kind in a request's connection manager.
    func filter(_ kind: HTTPFilterPlan.Kind, of decision: RequestDecision) -> HTTPFilterPlan? {
        let filters = listeners[Int(decision.listener)].chains[Int(decision.chain)].manager[0].filters
        var index = 0
        while index < filters.count {
            if filters[index].kind == kind { return filters[index] }
            index &+= 1
        }
        return nil
    }

    /// What the most specific level says about a filter: weighted cluster,
    /// route, virtual host, route configuration.
    func override(_ name: FlatText, of decision: RequestDecision) -> FilterOverride? {
        guard decision.virtualHost >= 0 else { return nil }
        let configuration = routeConfiguration(of: decision)
        let host = Int(decision.virtualHost)
        if decision.route >= 0 {
            let route = Int(decision.route)
            let clusters = configuration[0].virtualHosts[host].routes[route].clusters
            if decision.target >= 0, let own = find(name, clusters[Int(decision.target)].overrides) { return own }
            if let own = find(name, configuration[0].virtualHosts[host].routes[route].overrides) { return own }
        }
        return find(name, configuration[0].virtualHosts[host].overrides) ?? find(name, configuration[0].overrides)
    }

    private func find(_ name: FlatText, _ overrides: FlatArray<FilterOverride>) -> FilterOverride? {
        var index = 0
        while index < overrides.count {
            if overrides[index].name == name { return overrides[index] }
            index &+= 1
        }
        return nil
    }

    /// Header changes of every level in the order that the configuration asks for.
    func mutations(_ decision: RequestDecision, response: Bool) -> MutationLayers {
        guard decision.virtualHost >= 0 else { return MutationLayers() }
        let configuration = routeConfiguration(of: decision)
        let host = Int(decision.virtualHost)
        var target = FlatArray<HeaderMutation>()
        var route = FlatArray<HeaderMutation>()
        if decision.route >= 0 {
            let number = Int(decision.route)
            let routes = configuration[0].virtualHosts[host].routes
            route = response ? routes[number].responseHeaders : routes[number].requestHeaders
            if decision.target >= 0 {
                let clusters = routes[number].clusters
                let chosen = Int(decision.target)
                target = response ? clusters[chosen].responseHeaders : clusters[chosen].requestHeaders
            }
        }
        let hosts = configuration[0].virtualHosts
        let general = response ? hosts[host].responseHeaders : hosts[host].requestHeaders
        let all = response ? configuration[0].responseHeaders : configuration[0].requestHeaders
        return configuration[0].mostSpecificHeadersWin
            ? MutationLayers(first: all, second: general, third: route, fourth: target)
            : MutationLayers(first: target, second: route, third: general, fourth: all)
    }
}
