/// The outcome of a decision.
public enum Verdict: UInt8, BitwiseCopyable, Sendable {
    /// It goes on to a cluster (or, for a connection, to HTTP routing).
    case allowed
    /// A policy refused it.
    case denied
    /// The configuration has no way for it, or an error stands in the way.
    case failed
    /// The proxy answers by itself: a direct response or a redirect.
    case directResponse
}

extension Verdict: CustomStringConvertible {
    public var description: String {
        switch self {
        case .allowed: "allowed"
        case .denied: "denied"
        case .failed: "failed"
        case .directResponse: "direct-response"
        }
    }
}
