internal import EnvoyAPI
internal import MeshAPI
internal import SwiftProtobuf

private typealias Policy = Envoy_Config_Route_V3_RetryPolicy

/// Translates retries; a route that says nothing gets the mesh's default.
struct RetryTranslation {
    let mesh: MeshConfig
    /// The same request always goes to the same host, so that avoiding the
    /// hosts already tried would find none.
    let hashesConsistently: Bool

    private static let defaultConditions =
        "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes"

    /// - Returns: nil when there are no retries.
    func message(_ source: VirtualService.HTTPRetry?) -> Envoy_Config_Route_V3_RetryPolicy? {
        guard let source = source ?? mesh.defaultHttpRetryPolicy else {
            return hashesConsistently ? Self.withoutPredicate : Self.byDefault
        }
        guard source.attempts > 0 else { return nil }
        var policy = Policy()
        policy.numRetries = .init(UInt32(source.attempts))
        applyConditions(source.retryOn, &policy)
        if let timeout = source.perTryTimeout { policy.perTryTimeout = .init(timeout) }
        if source.retryRemoteLocalities ?? false { policy.retryPriority = Self.previousPriorities }
        if let backoff = source.backoff { policy.retryBackOff.baseInterval = .init(backoff) }
        let avoids = source.retryIgnorePreviousHosts ?? true
        if avoids, !hashesConsistently {
            policy.retryHostPredicate = [Self.previousHosts]
            policy.hostSelectionRetryMaxAttempts = 5
        }
        return policy
    }

    /// Numbers among the conditions are status codes.
    private func applyConditions(_ text: String, _ policy: inout Envoy_Config_Route_V3_RetryPolicy) {
        guard !text.isEmpty else {
            policy.retryOn = Self.defaultConditions
            return
        }
        var conditions: [String] = []
        for part in text.split(separator: ",") {
            let condition = String(part.filter { $0 != " " })
            if let code = UInt32(condition) {
                policy.retriableStatusCodes.append(code)
            } else {
                conditions.append(condition)
            }
        }
        if !policy.retriableStatusCodes.isEmpty, !conditions.contains("retriable-status-codes") {
            conditions.append("retriable-status-codes")
        }
        policy.retryOn = conditions.joined(separator: ",")
    }

    private static let previousHosts: Policy.RetryHostPredicate = {
        var predicate = Policy.RetryHostPredicate()
        predicate.name = "envoy.retry_host_predicates.previous_hosts"
        predicate.typedConfig =
            Envoy_Extensions_Retry_Host_PreviousHosts_V3_PreviousHostsPredicate().packed
        return predicate
    }()

    private static let previousPriorities: Policy.RetryPriority = {
        var config = Envoy_Extensions_Retry_Priority_PreviousPriorities_V3_PreviousPrioritiesConfig()
        config.updateFrequency = 2
        var priority = Policy.RetryPriority()
        priority.name = "envoy.retry_priorities.previous_priorities"
        priority.typedConfig = config.packed
        return priority
    }()

    private static let withoutPredicate: Policy = {
        var policy = Policy()
        policy.retryOn = defaultConditions
        policy.numRetries = .init(2)
        return policy
    }()

    private static let byDefault: Policy = {
        var policy = withoutPredicate
        policy.retryHostPredicate = [previousHosts]
        policy.hostSelectionRetryMaxAttempts = 5
        return policy
    }()
}
