extension DestinationRule: ValidatedMessage {
    func validate(_ metadata: ObjectMeta, _ context: ValidationContext) {
        context.inside("host") { context.error(.invalidHost, DomainName.wildcardProblem(host)) }
        if let trafficPolicy { context.inside("trafficPolicy") { trafficPolicy.validate(context) } }
        var names: Set<String> = []
        context.each("subsets", subsets) { _, subset in
            context.inside("name") {
                if !names.insert(subset.name).inserted { context.error(.invalidSubset, "duplicate subset names: \(subset.name)") }
                if subset.name.isEmpty {
                    context.error(.invalidSubset, "subset name cannot be empty")
                } else if !DomainName.isLabel(subset.name) {
                    context.error(.invalidSubset, "subset name is invalid: \(subset.name); write up to 63 letters, digits and inner hyphens")
                }
            }
            context.checkLabels("labels", subset.labels)
            if let policy = subset.trafficPolicy { context.inside("trafficPolicy") { policy.validate(context) } }
        }
        context.checkExportTo(exportTo, mayBeNone: false, hasWorkloadSelector: workloadSelector != nil)
        context.checkSelector("workloadSelector", workloadSelector)
    }
}

extension DestinationRule.TrafficPolicy {
    func validate(_ context: ValidationContext) {
        guard self != Self() else {
            context.error(.emptyPolicy, "traffic policy must have at least one field")
            return
        }
        if tunnel != nil, proxyProtocol != nil {
            context.error(.invalidTunnel, "tunnel and proxyProtocol must not be set together")
        }
        context.checkTraffic(loadBalancer, connectionPool, outlierDetection, tls)
        context.each("portLevelSettings", portLevelSettings) { _, policy in
            if policy.port == nil { context.error(.invalidPort, "portTrafficPolicy must have valid port") }
            if policy.outlierDetection == nil, policy.connectionPool == nil, policy.loadBalancer == nil, policy.tls == nil {
                context.error(.emptyPolicy, "port traffic policy must have at least one field")
            }
            context.checkTraffic(policy.loadBalancer, policy.connectionPool, policy.outlierDetection, policy.tls)
        }
        if let tunnel { context.inside("tunnel") { tunnel.validate(context) } }
        if let retryBudget { context.inside("retryBudget") { context.checkShortest("budgetInterval", retryBudget.budgetInterval) } }
    }
}

extension ValidationContext {
    fileprivate func checkTraffic(
        _ loadBalancer: LoadBalancerSettings?, _ connectionPool: ConnectionPoolSettings?, _ outlierDetection: OutlierDetection?,
        _ tls: ClientTLSSettings?
    ) {
        if let outlierDetection { inside("outlierDetection") { outlierDetection.validate(self) } }
        if let connectionPool { inside("connectionPool") { connectionPool.validate(self) } }
        if let loadBalancer { inside("loadBalancer") { loadBalancer.validate(hasOutlierDetection: outlierDetection != nil, self) } }
        if let tls { inside("tls") { tls.validate(self) } }
    }

    /// A duration for which only the schema has a bound.
    func checkShortest(_ field: String, _ duration: Duration?) {
        guard let duration, duration.nanoseconds < 1_000_000 else { return }
        inside(field) { error(.invalidDuration, "must be a valid duration greater than 1ms") }
    }
}

extension DestinationRule.TunnelSettings {
    func validate(_ context: ValidationContext) {
        if !["", "CONNECT", "POST"].contains(self.protocol) {
            context.inside("protocol") { context.error(.invalidTunnel, "tunnel protocol must be \"CONNECT\" or \"POST\"") }
        }
        if let problem = DomainName.problem(targetHost), !AddressText.isAddress(targetHost) {
            context.inside("targetHost") {
                context.error(.invalidTunnel, "tunnel target host must be valid FQDN or IP address: \(problem); \(targetHost) is not a valid IP")
            }
        }
        if !(1...65535).contains(targetPort) {
            context.inside("targetPort") {
                context.error(.invalidPort, "tunnel target port is invalid: port number \(targetPort) must be in the range 1..65535")
            }
        }
    }
}
