internal import EnvoyAPI
internal import SwiftProtobuf

extension ClusterCompiler {
    func balancing(_ message: Message, _ plan: inout ClusterPlan) throws(CompileError) {
        if message.hasLoadBalancingPolicy {
            return try policy(message.loadBalancingPolicy, "load_balancing_policy", &plan)
        }
        switch message.lbPolicy {
        case .roundRobin: plan.balancing = .roundRobin
        case .leastRequest: plan.balancing = .leastRequest
        case .ringHash: plan.balancing = .ringHash
        case .random: plan.balancing = .random
        case .maglev: plan.balancing = .maglev
        case .clusterProvided: plan.balancing = .clusterProvided
        case .loadBalancingPolicyConfig, .UNRECOGNIZED: throw .unsupported("lb_policy")
        }
        switch message.lbConfig {
        case .ringHashLbConfig(let config):
            if config.hashFunction != .xxHash { throw .unsupported("ring_hash_lb_config.hash_function") }
            if config.hasMinimumRingSize { plan.minimumRingSize = config.minimumRingSize.value }
            if config.hasMaximumRingSize { plan.maximumRingSize = config.maximumRingSize.value }
        case .maglevLbConfig(let config):
            if config.hasTableSize { plan.maglevTableSize = config.tableSize.value }
        case .leastRequestLbConfig(let config):
            if config.hasChoiceCount { plan.leastRequestChoices = config.choiceCount.value }
            if config.hasActiveRequestBias { plan.activeRequestBias = config.activeRequestBias.defaultValue }
            if config.hasSlowStartConfig { slowStart(config.slowStartConfig, &plan) }
        case .roundRobinLbConfig(let config):
            if config.hasSlowStartConfig { slowStart(config.slowStartConfig, &plan) }
        case .originalDstLbConfig, nil: break
        }
    }

    private func slowStart(_ config: Message.SlowStartConfig, _ plan: inout ClusterPlan) {
        plan.slowStartMilliseconds = config.slowStartWindow.milliseconds
        if config.hasAggression { plan.slowStartAggression = config.aggression.defaultValue }
        if config.hasMinWeightPercent { plan.slowStartMinimumPercent = config.minWeightPercent.value }
    }

    private func slowStart(
        _ config: Envoy_Extensions_LoadBalancingPolicies_Common_V3_SlowStartConfig, _ plan: inout ClusterPlan
    ) throws(CompileError) {
        plan.slowStartMilliseconds = config.slowStartWindow.milliseconds
        if config.hasAggression { plan.slowStartAggression = config.aggression.defaultValue }
        if config.hasMinWeightPercent { plan.slowStartMinimumPercent = config.minWeightPercent.value }
    }

    private func locality(
        _ config: Envoy_Extensions_LoadBalancingPolicies_Common_V3_LocalityLbConfig, _ plan: inout ClusterPlan
    ) {
        switch config.localityConfigSpecifier {
        case .localityWeightedLbConfig: plan.locality = true
        case .zoneAwareLbConfig(let zone): plan.failsInPanic = zone.failTrafficOnPanic
        case nil: break
        }
    }

    private func weights(_ isSet: Bool, _ plan: inout ClusterPlan) {
        if isSet { plan.locality = true }
    }

    private func hashing(
        _ config: Envoy_Extensions_LoadBalancingPolicies_Common_V3_ConsistentHashingLbConfig, _ path: String,
        _ plan: inout ClusterPlan
    ) throws(CompileError) {
        if config.hasHashBalanceFactor { throw .unsupported("\(path).hash_balance_factor") }
        if config.useHostnameForHashing { plan.hashesHostname = true }
    }

    /// The first policy of the list that is known, as Envoy chooses.
    private func policy(
        _ message: Envoy_Config_Cluster_V3_LoadBalancingPolicy, _ path: String, _ plan: inout ClusterPlan
    ) throws(CompileError) {
        for (index, policy) in message.policies.enumerated() {
            let config = policy.typedExtensionConfig.typedConfig
            let own = "\(path).policies[\(index)].typed_extension_config.typed_config"
            switch config.messageName {
            case "envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin":
                let round = try config.decoded(
                    Envoy_Extensions_LoadBalancingPolicies_RoundRobin_V3_RoundRobin.self, own)
                plan.balancing = .roundRobin
                locality(round.localityLbConfig, &plan)
                if round.hasSlowStartConfig { try slowStart(round.slowStartConfig, &plan) }
            case "envoy.extensions.load_balancing_policies.random.v3.Random":
                let random = try config.decoded(Envoy_Extensions_LoadBalancingPolicies_Random_V3_Random.self, own)
                plan.balancing = .random
                locality(random.localityLbConfig, &plan)
            case "envoy.extensions.load_balancing_policies.cluster_provided.v3.ClusterProvided":
                plan.balancing = .clusterProvided
            case "envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest":
                let least = try config.decoded(
                    Envoy_Extensions_LoadBalancingPolicies_LeastRequest_V3_LeastRequest.self, own)
                plan.balancing = .leastRequest
                if least.hasChoiceCount { plan.leastRequestChoices = least.choiceCount.value }
                if least.hasActiveRequestBias { plan.activeRequestBias = least.activeRequestBias.defaultValue }
                plan.scansAll = least.selectionMethod == .fullScan
                locality(least.localityLbConfig, &plan)
                if least.hasSlowStartConfig { try slowStart(least.slowStartConfig, &plan) }
            case "envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash":
                let ring = try config.decoded(Envoy_Extensions_LoadBalancingPolicies_RingHash_V3_RingHash.self, own)
                plan.balancing = .ringHash
                if ring.hashFunction == .murmurHash2 { throw .unsupported("\(own).hash_function") }
                try hashing(ring.consistentHashingLbConfig, "\(own).consistent_hashing_lb_config", &plan)
                weights(ring.hasLocalityWeightedLbConfig, &plan)
                if ring.hasMinimumRingSize { plan.minimumRingSize = ring.minimumRingSize.value }
                if ring.hasMaximumRingSize { plan.maximumRingSize = ring.maximumRingSize.value }
            case "envoy.extensions.load_balancing_policies.maglev.v3.Maglev":
                let maglev = try config.decoded(Envoy_Extensions_LoadBalancingPolicies_Maglev_V3_Maglev.self, own)
                plan.balancing = .maglev
                try hashing(maglev.consistentHashingLbConfig, "\(own).consistent_hashing_lb_config", &plan)
                weights(maglev.hasLocalityWeightedLbConfig, &plan)
                if maglev.hasTableSize { plan.maglevTableSize = maglev.tableSize.value }
            case "envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality":
                let locality = try config.decoded(
                    Envoy_Extensions_LoadBalancingPolicies_WrrLocality_V3_WrrLocality.self, own)
                plan.locality = true
                try self.policy(locality.endpointPickingPolicy, "\(own).endpoint_picking_policy", &plan)
            default: continue
            }
            return
        }
        throw CompileError(path, "no policy of the list is supported")
    }
}
