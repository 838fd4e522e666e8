extension FaultPlan {
    /// Whether its conditions hold for a request (not whether the dice say so).
    public func applies(to context: FormatContext) -> Bool {
        if !upstreamCluster.isEmpty, upstreamCluster != context.upstreamCluster { return false }
        return headers.allSatisfy { $0.matches(context.request) }
    }
}
