extension TrafficTables {
    /// The one implementation of connection decisions.
    func decideConnection<Recorder: DecisionRecorder>(
        _ facts: ConnectionFacts, on accepting: Int, random: UInt64, recorder: inout Recorder
    ) -> ConnectionDecision {
        var decision = ConnectionDecision()
        guard !listeners.isVacant(accepting) else {
            recorder.record(DecisionStep(.listener, "", .failed, "there is no listener \(accepting)"))
            return decision
        }
        var index = accepting
        if listeners[accepting].useOriginalDestination {
            if let own = listener(forDestination: facts.destinationAddress, port: facts.destinationPort) {
                index = own
                recorder.record(
                    DecisionStep(
                        .listener, listeners[own].name.string, .chosen,
                        "\(listeners[accepting].name) hands over by original destination "
                            + "\(facts.destinationAddress) port \(facts.destinationPort)"))
            } else {
                recorder.record(
                    DecisionStep(
                        .listener, listeners[accepting].name.string, .chosen,
                        "no listener for \(facts.destinationAddress) port \(facts.destinationPort), "
                            + "nor for any address on that port"))
            }
        } else {
            recorder.record(
                DecisionStep(.listener, listeners[accepting].name.string, .chosen, "the connection arrived here"))
        }
        decision.listener = Int32(truncatingIfNeeded: index)
        guard let chain = chooseChain(facts, listener: index, recorder: &recorder) else {
            decision.reason = .noFilterChain
            return decision
        }
        decision.chain = Int32(truncatingIfNeeded: chain)
        enter(listeners[index].chains, chain, facts, random: random, &decision, recorder: &recorder)
        return decision
    }

    private func chooseChain<Recorder: DecisionRecorder>(
        _ facts: ConnectionFacts, listener index: Int, recorder: inout Recorder
    ) -> Int? {
        let chains = listeners[index].chains
        let chosen = listeners[index].matcher.match(facts) ?? listeners[index].defaultChain
        if Recorder.isRecording {
            for (number, chain) in chains.enumerated() where number != chosen && !chain.isDefault {
                let why = chain.criteria.mismatch(facts) ?? "a more specific chain was found"
                recorder.record(DecisionStep(.filterChain, chain.label(number), .passed, why))
            }
        }
        guard let chosen else {
            recorder.record(
                DecisionStep(.filterChain, "", .failed, "no chain matches and there is no default chain"))
            return nil
        }
        recorder.record(
            DecisionStep(
                .filterChain, chains[chosen].label(chosen), .chosen,
                chains[chosen].isDefault ? "default chain: no other matches" : "all its conditions hold"))
        return chosen
    }

    private func enter<Recorder: DecisionRecorder>(
        _ chains: FlatArray<FilterChainPlan>, _ index: Int, _ facts: ConnectionFacts, random: UInt64,
        _ decision: inout ConnectionDecision, recorder: inout Recorder
    ) {
        if !chains[index].downstreamTLS.isEmpty {
            // Without an inspector nobody has looked yet: the handshake will tell.
            let looked = listeners[Int(decision.listener)].inspection.inspectsTLS(port: facts.destinationPort)
            if facts.transportProtocol != .tls, looked {
                decision.reason = .protocolError
                recorder.record(
                    DecisionStep(.filterChain, chains[index].name.string, .failed, "TLS is expected and plain bytes came"))
                return
            }
            if chains[index].downstreamTLS[0].requiresClientCertificate, facts.peerIdentity.isEmpty, facts.handshakeIsOver {
                decision.reason = .invalidMTLS
                recorder.record(
                    DecisionStep(.filterChain, chains[index].name.string, .failed, "the client showed no certificate"))
                return
            }
        }
        for rules in chains[index].accessRules {
            let verdict = rules.evaluate(facts, nil)
            decision.access = verdict
            if rules.hasRules { recorder.record(rules.step(verdict)) }
            if !verdict.allowed {
                decision.verdict = .denied
                decision.reason = .deniedByPolicy
                return
            }
        }
        if !chains[index].manager.isEmpty {
            decision.verdict = .allowed
            decision.reason = .none
            decision.handling = .http
            return
        }
        guard !chains[index].tcpProxy.isEmpty else {
            decision.reason = .noFilterChain
            recorder.record(
                DecisionStep(.filterChain, chains[index].name.string, .failed, "the chain ends without a destination"))
            return
        }
        let target = WeightedTarget.choose(
            chains[index].tcpProxy[0].clusters, total: chains[index].tcpProxy[0].totalWeight, random: random)
        decision.target = Int32(truncatingIfNeeded: target)
        let reference = chains[index].tcpProxy[0].clusters[target].cluster
        guard let cluster = cluster(reference) else {
            decision.reason = .noCluster
            recorder.record(DecisionStep(.cluster, reference.name.string, .failed, "there is no such cluster"))
            return
        }
        decision.cluster = Int32(truncatingIfNeeded: cluster)
        decision.reason = endpointReason(ofCluster: cluster, recorder: &recorder)
        guard decision.reason == .none else { return }
        decision.verdict = .allowed
        decision.handling = .tcp
    }

    /// Whether a cluster could have an endpoint at all.
    func endpointReason<Recorder: DecisionRecorder>(
        ofCluster index: Int, recorder: inout Recorder
    ) -> Reason {
        switch clusters[index].discovery {
        case .originalDestination, .dynamicForwardProxy: break
        case .fixed where clusters[index].endpoints.isEmpty:
            recorder.record(
                DecisionStep(.cluster, clusters[index].name.string, .failed, "it has no endpoint on purpose"))
            return .blackHole
        case .fixed, .strictDNS, .logicalDNS, .endpointDiscovery:
            if assignments[index].endpoints.isEmpty {
                recorder.record(DecisionStep(.cluster, clusters[index].name.string, .failed, "it has no endpoint"))
                return .noEndpoint
            }
        }
        recorder.record(DecisionStep(.cluster, clusters[index].name.string, .chosen, "the destination"))
        return .none
    }
}

extension WeightedTarget {
    /// Index of the target that a random number falls on.
    @inline(__always)
    static func choose(_ targets: FlatArray<WeightedTarget>, total: UInt64, random: UInt64) -> Int {
        guard targets.count > 1, total > 0 else { return 0 }
        var rest = random % total
        var index = 0
        while index < targets.count &- 1 {
            let weight = UInt64(targets[index].weight)
            if rest < weight { return index }
            rest &-= weight
            index &+= 1
        }
        return index
    }
}

extension FilterChainPlan {
    func label(_ number: Int) -> String {
        name.isEmpty ? "#\(number)" : name.string
    }
}

extension ConnectionFacts {
    /// A client certificate can be missed only once the handshake is over.
    var handshakeIsOver: Bool { !peerIdentity.isEmpty || terminatedTLS }
}

extension AccessRules {
    func step(_ verdict: AccessVerdict) -> DecisionStep {
        let name = verdict.policy >= 0 ? policies[Int(verdict.policy)].name.string : ""
        let what =
            switch action {
            case .allow: verdict.allowed ? "an ALLOW policy matches" : "no ALLOW policy matches"
            case .deny: verdict.allowed ? "no DENY policy matches" : "a DENY policy matches"
            case .log: "it only logs"
            }
        return DecisionStep(.accessRules, name, verdict.allowed ? .passed : .failed, what)
    }

    func externalStep(_ verdict: AccessVerdict) -> DecisionStep {
        DecisionStep(
            .accessRules, shadowPolicies[Int(verdict.shadowPolicy)].name.string, .failed,
            "its provider decides, which only Envoy asks; without it the answer is no")
    }
}
