internal import EnvoyAPI

/// One stream: carries events to a session and its actions back out.
struct DiscoveryConversation<Session: DiscoverySession>: Sendable {
    let service: DiscoveryService
    let connection: ProxyStatus.Connection
    /// On a stream that serves a single type, that type.
    let onlyType: EnvoyTypeURL?

    /// Talks until the requests end.
    func run<Requests: AsyncSequence & Sendable>(
        requests: Requests, send: @escaping @Sendable (Session.Response) async throws -> Void
    ) async throws where Requests.Element == Session.Request {
        let mailbox = DiscoveryMailbox<Session.Request>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await listen(to: requests, mailbox: mailbox)
                mailbox.close()
            }
            group.addTask {
                try await talk(mailbox: mailbox, send: send)
            }
            // Either ends: the proxy left, or it can't be talked to.
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func listen<Requests: AsyncSequence & Sendable>(
        to requests: Requests, mailbox: DiscoveryMailbox<Session.Request>
    ) async throws where Requests.Element == Session.Request {
        for try await var request in requests {
            if let onlyType {
                if request.typeURL.isEmpty { request.typeURL = onlyType.rawValue }
                guard request.typeURL == onlyType.rawValue else {
                    throw DiscoveryRefusal(
                        reason: "this service gives \(onlyType), not \(request.typeURL)")
                }
            }
            mailbox.put(request)
        }
    }

    private func talk(
        mailbox: DiscoveryMailbox<Session.Request>,
        send: @escaping @Sendable (Session.Response) async throws -> Void
    ) async throws {
        var session = Session()
        var id: UInt64?
        var feed: Task<Void, Never>?
        defer {
            feed?.cancel()
            if let id { service.proxies.remove(id) }
        }
        for await event in mailbox.events {
            if case .request(let request) = event {
                if id == nil {
                    let known = try await begin(with: request, mailbox: mailbox)
                    (id, feed) = (known.id, known.feed)
                }
                if let id {
                    service.proxies.noteRequest(id, type: EnvoyTypeURL(rawValue: request.typeURL))
                }
            }
            for action in session.handle(event) {
                try await perform(action, id: id, send: send)
            }
        }
    }

    private func begin(
        with request: Session.Request, mailbox: DiscoveryMailbox<Session.Request>
    ) async throws -> (id: UInt64, feed: Task<Void, Never>) {
        guard request.hasNode, !request.node.id.isEmpty else {
            throw DiscoveryRefusal(reason: "the first request of a stream must carry node.id")
        }
        let resources = try await service.source.resources(for: request.node)
        let id = service.proxies.add(node: request.node, connection: connection)
        let feed = Task {
            for await snapshot in resources { mailbox.put(snapshot) }
            // The source let go of the proxy: it connects again.
            if !Task.isCancelled { mailbox.close() }
        }
        return (id, feed)
    }

    private func perform(
        _ action: DiscoveryAction<Session.Response>, id: UInt64?,
        send: @Sendable (Session.Response) async throws -> Void
    ) async throws {
        guard let id else { return }
        switch action {
        case .send(let response):
            // Noted first: the answer may come before sending returns.
            service.proxies.noteSent(id, response)
            try await send(response)
        case .acknowledged(let acknowledgement):
            service.proxies.note(id, acknowledgement)
        case .rejected(let rejection):
            if let status = service.proxies.note(id, rejection) {
                service.onRejection(rejection, status)
            }
        }
    }
}
