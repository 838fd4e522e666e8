public import EnvoyAPI

/// Joins a data plane in this process to the control plane: the same session
/// that serves Envoy, without gRPC between.
public struct InMemoryDiscoveryStream: Sendable {
    private let service: DiscoveryService
    private let node: Envoy_Config_Core_V3_Node

    /// A stream that isn't running yet.
    public init(service: DiscoveryService, node: Envoy_Config_Core_V3_Node) {
        self.service = service
        self.node = node
    }

    /// Runs until the source ends or the task is cancelled.
    ///
    /// - Parameter apply: Called with each complete state. Gives the resources
    ///   that the data plane refuses, with the reason; for those, the data plane
    ///   keeps what it had.
    public func run(
        apply: @Sendable (ResourceSet) async -> [ResourceName: String]
    ) async throws {
        let resources = try await service.source.resources(for: node)
        var session = InMemoryDiscoverySession(service: service, node: node)
        for await snapshot in resources {
            guard let state = try session.offer(snapshot) else { continue }
            session.answer(refused: await apply(state))
        }
    }
}

/// The same without a stream: whoever has a new snapshot offers it and says what
/// the data plane thought of it. The proxy counts as connected for as long as
/// this value lives.
public struct InMemoryDiscoverySession: Sendable {
    private var exchange: InMemoryExchange
    private let seat: Seat

    /// A proxy that has asked for everything and holds nothing.
    public init(service: DiscoveryService, node: Envoy_Config_Core_V3_Node) {
        exchange = InMemoryExchange(node: node)
        seat = Seat(service: service, node: node)
    }

    /// Offers what the proxy should know now.
    ///
    /// - Returns: Its complete state when that changed, to be answered by
    ///   ``answer(refused:)``; nil when nothing did.
    /// - Throws: When a resource can't be decoded.
    public mutating func offer(_ snapshot: ResourceSnapshot) throws -> ResourceSet? {
        seat.note(try exchange.offer(snapshot))
        return exchange.hasNews ? exchange.client.resources : nil
    }

    /// Says which resources the data plane refused, and why; for those it keeps
    /// what it had.
    public mutating func answer(refused: [ResourceName: String]) {
        seat.note(exchange.answer(refused: refused))
    }

    /// The proxy's place in the list of connected ones.
    private final class Seat: Sendable {
        private let service: DiscoveryService
        private let id: UInt64

        init(service: DiscoveryService, node: Envoy_Config_Core_V3_Node) {
            self.service = service
            id = service.proxies.add(node: node, connection: .inMemory)
        }

        deinit { service.proxies.remove(id) }

        func note(_ actions: [DiscoveryAction<DeltaSession.Response>]) {
            for action in actions {
                switch action {
                case .send(let response):
                    service.proxies.noteSent(id, response)
                case .acknowledged(let acknowledgement):
                    service.proxies.note(id, acknowledgement)
                case .rejected(let rejection):
                    if let status = service.proxies.note(id, rejection) {
                        service.onRejection(rejection, status)
                    }
                }
            }
        }
    }
}

/// A session and a client, face to face.
struct InMemoryExchange: Sendable {
    private var session = DeltaSession()
    private(set) var client: DeltaClient
    private var isStarted = false
    private var unanswered: [DeltaSession.Response] = []

    init(node: Envoy_Config_Core_V3_Node) {
        client = DeltaClient(node: node)
    }

    /// Whether responses wait for the data plane's verdict.
    var hasNews: Bool { !unanswered.isEmpty }

    /// Gives the session new resources, and lets both talk until neither has
    /// anything to say. The responses stay unanswered.
    mutating func offer(
        _ snapshot: ResourceSnapshot
    ) throws -> [DiscoveryAction<DeltaSession.Response>] {
        var done = session.handle(.resources(snapshot))
        if !isStarted {
            isStarted = true
            for request in client.start() { done += session.handle(.request(request)) }
        }
        var index = 0
        while index < done.count {
            if case .send(let response) = done[index] {
                unanswered.append(response)
                for request in try client.receive(response) {
                    done += session.handle(.request(request))
                }
            }
            index += 1
        }
        return done
    }

    /// Answers every response as the data plane decided.
    mutating func answer(
        refused: [ResourceName: String]
    ) -> [DiscoveryAction<DeltaSession.Response>] {
        var done: [DiscoveryAction<DeltaSession.Response>] = []
        for response in unanswered {
            let type = EnvoyTypeURL(rawValue: response.typeURL)
            let reasons = response.resources.compactMap { resource in
                refused[ResourceName(typeURL: type, name: resource.name)].map {
                    "\(resource.name): \($0)"
                }
            }
            let answer =
                reasons.isEmpty
                ? client.accept(response)
                : client.refuse(response, because: reasons.joined(separator: "; "))
            done += session.handle(.request(answer))
        }
        unanswered = []
        return done
    }
}
