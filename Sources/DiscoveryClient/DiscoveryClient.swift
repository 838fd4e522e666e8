public import EnvoyAPI
internal import GRPCCore
internal import Glibc
internal import GRPCNIOTransportHTTP2Posix
internal import GRPCProtobuf
internal import SwiftProtobuf
internal import Synchronization

/// Keeps a data plane in step with its control plane: opens streams, carries
/// what they say to a ``ClientSession``, and what that wants to the data plane.
///
/// While the control plane is away the data plane keeps what it has. Streams
/// are opened again after a wait that grows with each failure.
public actor DiscoveryClient {
    /// What somebody who watches is told.
    public enum Event: Sendable {
        /// A stream is open.
        case connected
        /// A stream ended or couldn't be opened; the next attempt follows.
        case disconnected(reason: String, retryAfter: Duration)
        /// A resource was refused.
        case refused(ResourceName, reason: String)
        /// The first complete state is in force.
        case initialized
    }

    /// What the client holds, for those who only look.
    public struct Holding: Sendable {
        /// Each type of resources.
        public var types: [EnvoyTypeURL: TypeState] = [:]
        /// Whether a stream is open.
        public var isConnected = false
        /// Whether the first complete state is, or was, in force.
        public var isInitialized = false
        /// Milliseconds since 1970 when the client was made: moments in `types`
        /// count from then.
        public var startedAt: UInt64 = 0

        /// Of a client that holds nothing.
        public init() {}
    }

    private let controlPlane: ControlPlane
    private let applier: any ResourceApplier
    private let observe: @Sendable (Event) -> Void
    private var session: ClientSession
    private let published = Mutex(Holding())
    private var backoff = Backoff()
    private var random = SystemRandomNumberGenerator()
    private var requests: AsyncStream<SubscriptionRequest>.Continuation?
    private var patience: Task<Void, Never>?
    private var wasInitialized = false
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private let startedAt: UInt64

    /// A client that isn't connected.
    ///
    /// - Parameters:
    ///   - controlPlane: Where the control plane is.
    ///   - configuration: Who asks, and for what. Protocol and repetition of
    ///     the node are the control plane's.
    ///   - applier: What takes the configuration.
    ///   - observe: Told what happens.
    public init(
        _ controlPlane: ControlPlane, configuration: ClientSession.Configuration, applier: any ResourceApplier,
        observe: @escaping @Sendable (Event) -> Void = { _ in }
    ) {
        self.controlPlane = controlPlane
        self.applier = applier
        self.observe = observe
        var configuration = configuration
        configuration.variant = controlPlane.variant
        configuration.repeatsNode = controlPlane.repeatsNode
        session = ClientSession(configuration)
        start = clock.now
        var moment = timespec()
        clock_gettime(CLOCK_REALTIME, &moment)
        startedAt = UInt64(moment.tv_sec) * 1000 + UInt64(moment.tv_nsec) / 1_000_000
    }

    /// What it holds now; may be asked on any thread.
    public nonisolated var holding: Holding { published.withLock { $0 } }

    private func publish() {
        var now = Holding()
        now.types = session.types
        now.isConnected = session.isConnected
        now.isInitialized = wasInitialized
        now.startedAt = startedAt
        published.withLock { $0 = now }
    }

    /// Runs until the task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            let reason: String
            do {
                try await converse()
                reason = "the control plane closed the stream"
            } catch {
                reason = Self.text(error)
            }
            requests = nil
            session.disconnected()
            publish()
            guard !Task.isCancelled else { return }
            let wait = backoff.next(random: random.next())
            observe(.disconnected(reason: reason, retryAfter: wait))
            try? await clock.sleep(for: wait)
        }
    }

    private static func text(_ error: any Error) -> String {
        guard let status = error as? RPCError else { return String(describing: error) }
        let cause = status.cause.map { " (\($0))" } ?? ""
        return "\(status.code): \(status.message)\(cause)"
    }

    /// One stream, from its opening to its end.
    private func converse() async throws {
        let service = "envoy.service.discovery.v3.AggregatedDiscoveryService"
        switch controlPlane.variant {
        case .delta:
            try await converse(
                MethodDescriptor(fullyQualifiedService: service, method: "DeltaAggregatedResources"),
                request: { $0.delta }, delivery: { Delivery($0 as Envoy_Service_Discovery_V3_DeltaDiscoveryResponse) })
        case .stateOfTheWorld:
            try await converse(
                MethodDescriptor(fullyQualifiedService: service, method: "StreamAggregatedResources"),
                request: { $0.stateOfTheWorld }, delivery: { Delivery($0 as Envoy_Service_Discovery_V3_DiscoveryResponse) })
        }
    }

    private func converse<Request: Message, Response: Message>(
        _ method: MethodDescriptor, request: @escaping @Sendable (SubscriptionRequest) -> Request,
        delivery: @escaping @Sendable (Response) -> Delivery
    ) async throws {
        let (outgoing, continuation) = AsyncStream<SubscriptionRequest>.makeStream()
        requests = continuation
        var headers = Metadata()
        for header in controlPlane.headers { headers.addString(header.value, forKey: header.name) }
        let metadata = headers
        var options = CallOptions.defaults
        options.waitForReady = false
        options.maxResponseMessageBytes = 1 << 30
        try await withGRPCClient(transport: try controlPlane.transport()) { client in
            try await client.bidirectionalStreaming(
                request: StreamingClientRequest(metadata: metadata) { writer in
                    await self.opened()
                    for await next in outgoing { try await writer.write(request(next)) }
                },
                descriptor: method, serializer: ProtobufSerializer<Request>(),
                deserializer: ProtobufDeserializer<Response>(), options: options
            ) { response in
                // The stream's end ends the requests, too.
                defer { continuation.finish() }
                for try await message in response.messages { await self.take(delivery(message)) }
            }
        }
    }

    /// Says what is wanted, once the requests of a new stream can be sent.
    private func opened() {
        for request in session.connected(at: now) { requests?.yield(request) }
        publish()
        observe(.connected)
    }

    private func take(_ delivery: Delivery) async {
        if !session.isConnected { return }
        backoff.reset()
        let intake = session.receive(delivery, at: now)
        var refused: [ResourceName: String] = [:]
        if !intake.apply.isEmpty || !intake.check.names.isEmpty {
            refused = await applier.apply(intake.apply, checking: intake.check)
        }
        await carryOut(session.settle(refused))
    }

    private func carryOut(_ settlement: ClientSession.Settlement) async {
        for request in settlement.requests { requests?.yield(request) }
        for (name, reason) in settlement.refused.sorted(by: { $0.key < $1.key }) {
            observe(.refused(name, reason: reason))
        }
        if !settlement.update.isEmpty {
            for (name, reason) in await applier.apply(settlement.update, checking: ResourceSet()) {
                observe(.refused(name, reason: reason))
            }
        }
        let isNews = !wasInitialized && session.isInitialized
        if isNews { wasInitialized = true }
        publish()
        if isNews { observe(.initialized) }
        watchDeadline()
    }

    // MARK: - Time

    /// Milliseconds since this client was made.
    private var now: UInt64 {
        let parts = (clock.now - start).components
        return UInt64(max(0, parts.seconds)) * 1000 + UInt64(max(0, parts.attoseconds / 1_000_000_000_000_000))
    }

    private func watchDeadline() {
        patience?.cancel()
        patience = nil
        guard let deadline = session.deadline else { return }
        let moment = start + .milliseconds(deadline)
        patience = Task {
            try? await clock.sleep(until: moment, tolerance: nil)
            if !Task.isCancelled { await self.patienceEnded() }
        }
    }

    private func patienceEnded() async {
        patience = nil
        await carryOut(session.expire(at: now))
    }
}
