internal import EnvoyAPI
internal import MeshAPI
internal import TrafficModel

extension CompiledProxy {
    /// The AuthorizationPolicy that a rule comes from, by the name that it has
    /// in the configuration: `ns[default]-policy[admin]-rule[0]`.
    func policy(named rule: String) -> (object: ObjectReference, location: SourceLocation?)? {
        guard let namespace = Self.part("ns[", of: rule), let name = Self.part("-policy[", of: rule) else { return nil }
        return located(ObjectReference(kind: "AuthorizationPolicy", namespace: namespace, name: name))
    }

    /// Where no rule matched: the first policy that was asked.
    func policy(of explanation: Explanation) -> (object: ObjectReference, location: SourceLocation?)? {
        let resources: [ResourceName] = [
            .route("\(explanation.routeConfig)/\(explanation.virtualHost)"), .listener(explanation.listener),
        ]
        return resources.lazy.compactMap { self.origin($0, kind: "AuthorizationPolicy") }.first
    }

    private static func part(_ mark: String, of text: String) -> String? {
        guard let range = text.firstRange(of: mark), let end = text[range.upperBound...].firstIndex(of: "]") else { return nil }
        return String(text[range.upperBound..<end])
    }

    /// What the configuration changes about headers, with the values that they get.
    func changes(_ layers: MutationLayers, _ context: FormatContext) -> [Explanation.HeaderChange] {
        (0..<layers.count).flatMap { layers[$0] }.map { mutation in
            let action =
                switch mutation.action {
                case .append: "add"
                case .remove: "remove"
                case .addIfAbsent, .overwrite, .overwriteIfPresent: "set"
                }
            let value = mutation.action == .remove ? "" : ByteWriter.string { tables.writeValue(mutation.value, context, into: &$0) }
            return Explanation.HeaderChange(action: action, name: mutation.name.string, value: value)
        }
    }

    static func describe(_ plan: RetryPlan) -> Explanation.Retry {
        Explanation.Retry(
            attempts: Int(plan.attempts), perTryTimeoutMilliseconds: plan.perTryMilliseconds,
            conditions: conditions.filter { plan.conditions.contains($0.0) }.map(\.1), statuses: plan.statuses.map(Int.init))
    }

    private static let conditions: [(RetryPlan.Conditions, String)] = [
        (.serverError, "5xx"), (.gatewayError, "gateway-error"), (.reset, "reset"), (.resetBeforeRequest, "reset-before-request"),
        (.connectFailure, "connect-failure"), (.retriable4xx, "retriable-4xx"), (.refusedStream, "refused-stream"),
        (.retriableStatusCodes, "retriable-status-codes"), (.retriableHeaders, "retriable-headers"),
        (.envoyRatelimited, "envoy-ratelimited"), (.grpcCancelled, "cancelled"), (.grpcDeadlineExceeded, "deadline-exceeded"),
        (.grpcInternal, "internal"), (.grpcResourceExhausted, "resource-exhausted"), (.grpcUnavailable, "unavailable"),
        (.http3PostConnectFailure, "http3-post-connect-failure"),
    ]
}
