internal import TrafficModel

/// What the CORS filter makes of a request. Pure.
///
/// Source: Envoy's CORS filter and the Fetch standard.
enum CrossOrigin: Equatable {
    /// None of its business: no `origin`, or one that isn't allowed.
    case pass
    /// The answer gets headers that allow the origin.
    case allowed
    /// A preflight of an allowed origin: the proxy answers it.
    case preflight
    /// A preflight of another origin that isn't to be sent on: the proxy answers it without allowing anything.
    case refusedPreflight

    /// - Parameter random: Any number, for `filter_enabled`.
    static func decide(_ request: RequestView, _ plan: CORSPlan, random: UInt64) -> CrossOrigin {
        guard let origin = request.firstHeader("origin"), !origin.isEmpty else { return .pass }
        guard UInt32(truncatingIfNeeded: random >> 16) % 1_000_000 < plan.enabledPerMillion else { return .pass }
        let isAllowed = plan.origins.contains { $0.matches(request[origin]) }
        let method = request[request.method]
        let isPreflight =
            method.elementsEqual("OPTIONS".utf8)
            && !(request.firstHeader("access-control-request-method")?.isEmpty ?? true)
        if isAllowed { return isPreflight ? .preflight : .allowed }
        return isPreflight && !plan.forwardsUnmatchedPreflights ? .refusedPreflight : .pass
    }
}
