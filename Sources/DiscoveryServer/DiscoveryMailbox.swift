internal import Synchronization

/// What one session still has to look at: every request in order, and of the
/// resources only the latest state, so that a slow proxy costs no memory.
final class DiscoveryMailbox<Request: Sendable>: Sendable {
    private enum Letter: Sendable {
        case request(Request)
        case resources
    }

    private let letters: AsyncStream<Letter>
    private let continuation: AsyncStream<Letter>.Continuation
    private let latest = Mutex<ResourceSnapshot?>(nil)

    init() {
        (letters, continuation) = AsyncStream.makeStream()
    }

    func put(_ request: Request) {
        continuation.yield(.request(request))
    }

    func put(_ resources: ResourceSnapshot) {
        let isAnnounced = latest.withLock { latest in
            defer { latest = resources }
            return latest != nil
        }
        if !isAnnounced { continuation.yield(.resources) }
    }

    /// Ends the events when those that wait are taken.
    func close() {
        continuation.finish()
    }

    /// What happened, as it happens.
    var events: some AsyncSequence<DiscoveryEvent<Request>, Never> {
        letters.compactMap { letter -> DiscoveryEvent<Request>? in
            switch letter {
            case .request(let request):
                return .request(request)
            case .resources:
                return self.takeLatest().map { .resources($0) }
            }
        }
    }

    private func takeLatest() -> ResourceSnapshot? {
        latest.withLock { latest in
            defer { latest = nil }
            return latest
        }
    }
}
