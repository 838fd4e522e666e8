internal import EnvoyAPI
internal import SwiftProtobuf

extension RouteCompiler {
    private static let conditions: [String: RetryPlan.Conditions] = [
        "5xx": .serverError, "gateway-error": .gatewayError, "reset": .reset,
        "reset-before-request": .resetBeforeRequest, "connect-failure": .connectFailure,
        "retriable-4xx": .retriable4xx, "refused-stream": .refusedStream,
        "retriable-status-codes": .retriableStatusCodes, "retriable-headers": .retriableHeaders,
        "envoy-ratelimited": .envoyRatelimited, "cancelled": .grpcCancelled,
        "deadline-exceeded": .grpcDeadlineExceeded, "internal": .grpcInternal,
        "resource-exhausted": .grpcResourceExhausted, "unavailable": .grpcUnavailable,
        "http3-post-connect-failure": .http3PostConnectFailure,
    ]

    func retry(_ message: Envoy_Config_Route_V3_RetryPolicy, _ path: String) throws(CompileError)
        -> FlatArray<RetryPlan>
    {
        if !message.retryOptionsPredicates.isEmpty { throw .unsupported("\(path).retry_options_predicates") }
        if message.refreshClusterOnRetry { throw .unsupported("\(path).refresh_cluster_on_retry") }
        let matchers = MatcherCompiler(arena: arena)
        var plan = RetryPlan()
        for word in message.retryOn.split(separator: ",") {
            // Envoy skips words it doesn't know; so must we, its own docs promise it.
            let name = word.filter { $0 != " " }
            if let condition = Self.conditions[String(name)] { plan.conditions.insert(condition) }
        }
        if message.hasNumRetries { plan.attempts = message.numRetries.value }
        plan.perTryMilliseconds = Arena.limit(message.perTryTimeout)
        plan.perTryIdleMilliseconds = Arena.limit(message.perTryIdleTimeout)
        plan.statuses = arena.array(message.retriableStatusCodes.map { UInt16(clamping: $0) })
        plan.responseHeaders = try matchers.headers(message.retriableHeaders, "\(path).retriable_headers")
        plan.requestHeaders = try matchers.headers(
            message.retriableRequestHeaders, "\(path).retriable_request_headers")
        if message.hasRetryBackOff {
            plan.baseIntervalMilliseconds = Swift.max(1, message.retryBackOff.baseInterval.milliseconds)
            plan.maximumIntervalMilliseconds = plan.baseIntervalMilliseconds * 10
            if message.retryBackOff.hasMaxInterval {
                plan.maximumIntervalMilliseconds = message.retryBackOff.maxInterval.milliseconds
            }
        }
        for (index, predicate) in message.retryHostPredicate.enumerated() {
            switch predicate.name {
            case "envoy.retry_host_predicates.previous_hosts": plan.avoidsPreviousHosts = true
            case "envoy.retry_host_predicates.omit_canary_hosts": break
            default: throw .unsupported("\(path).retry_host_predicate[\(index)]")
            }
        }
        if message.hasRetryPriority {
            guard message.retryPriority.name == "envoy.retry_priorities.previous_priorities" else {
                throw .unsupported("\(path).retry_priority")
            }
            plan.avoidsPreviousPriorities = true
        }
        if message.hostSelectionRetryMaxAttempts > 0 {
            plan.hostSelectionAttempts = message.hostSelectionRetryMaxAttempts
        }
        if message.hasRateLimitedRetryBackOff {
            let limited = message.rateLimitedRetryBackOff
            plan.retryAfterHeaders = arena.array(
                limited.resetHeaders.map {
                    RetryAfterHeader(name: arena.text($0.name.lowercased()), isUnixTime: $0.format == .unixTimestamp)
                })
            if limited.hasMaxInterval { plan.maximumRetryAfterMilliseconds = limited.maxInterval.milliseconds }
        }
        return arena.single(plan)
    }
}
