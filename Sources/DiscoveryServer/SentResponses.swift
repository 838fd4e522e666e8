internal import EnvoyAPI

/// The responses of one type that the proxy hasn't answered yet.
struct SentResponses: Sendable {
    struct Sent: Sendable {
        let nonce: String
        let version: String
        let names: [String]
    }

    private var waiting: [Sent] = []

    /// A proxy that never answers must not make the session grow.
    private static let limit = 64

    mutating func append(_ sent: Sent) {
        if waiting.count == Self.limit { waiting.removeFirst() }
        waiting.append(sent)
    }

    /// Takes out the response with this nonce and all before it. A proxy
    /// answers in order, so what came before has been answered, too.
    mutating func take(nonce: String) -> Sent? {
        guard let index = waiting.firstIndex(where: { $0.nonce == nonce }) else { return nil }
        let sent = waiting[index]
        waiting.removeFirst(index + 1)
        return sent
    }
}
