internal import TrafficModel

/// What fault injection does to one request. Pure: the dice are thrown by the caller.
struct FaultInjection: BitwiseCopyable, Equatable {
    /// How long the request is held; 0 for not at all.
    var delayMilliseconds: UInt64 = 0
    /// Status of the answer instead of the origin's; 0 for none.
    var abortStatus: UInt16 = 0
    /// gRPC status of that answer; -1 without.
    var abortGRPCStatus: Int8 = -1

    var isNothing: Bool { delayMilliseconds == 0 && abortStatus == 0 }

    init() {}

    /// - Parameters:
    ///   - plan: Settings whose conditions hold.
    ///   - active: Faults under way, which `max_active_faults` limits.
    ///   - random: Any number, evenly distributed; its halves are the two throws.
    init(_ plan: FaultPlan, active: UInt32, random: UInt64) {
        if let most = plan.maximumActive, active >= most { return }
        if UInt32(truncatingIfNeeded: random) % 1_000_000 < plan.delayPerMillion {
            delayMilliseconds = UInt64(max(0, plan.delayMilliseconds))
        }
        guard UInt32(truncatingIfNeeded: random >> 32) % 1_000_000 < plan.abortPerMillion else { return }
        if plan.abortStatus > 0 {
            abortStatus = plan.abortStatus
        } else {
            abortGRPCStatus = Int8(truncatingIfNeeded: min(plan.abortGRPCStatus, 16))
            abortStatus = GRPCStatus.httpStatus(of: plan.abortGRPCStatus)
        }
    }
}

/// gRPC status codes as HTTP ones, for answers to requests that aren't gRPC.
/// Source: Envoy's mapping, that of google.rpc.Code.
enum GRPCStatus {
    static func httpStatus(of status: UInt32) -> UInt16 {
        switch status {
        case 0: 200
        case 1: 499
        case 3, 9, 11: 400
        case 4: 504
        case 5: 404
        case 6, 10: 409
        case 7: 403
        case 8: 429
        case 12: 501
        case 14: 503
        case 16: 401
        default: 500
        }
    }

    /// The status that a client is told when a proxy answers with an HTTP status (gRPC over HTTP, "HTTP to gRPC
    /// status code mapping").
    static func status(ofHTTP status: UInt16) -> UInt8 {
        switch status {
        case 400: 13
        case 401: 16
        case 403: 7
        case 404: 12
        case 429, 502, 503, 504: 14
        default: 2
        }
    }
}
