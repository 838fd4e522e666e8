internal import NIOCore
internal import NIOPosix

/// A toy authoritative DNS server over UDP and TCP on one loopback port: it
/// answers from its records, misbehaves as told, and records every query.
public final class DNSOrigin: Sendable {
    /// How a query came.
    public enum Transport: Sendable, Hashable {
        /// In a datagram.
        case udp
        /// On a connection, with a length before each message.
        case tcp
    }

    /// A query as it was received.
    public struct Query: Sendable {
        /// How it came.
        public let transport: Transport
        /// The address it came from.
        public let sourceAddress: String
        /// The port it came from.
        public let sourcePort: Int
        /// The whole message.
        public let message: DNSMessage

        /// The first question; its name keeps the case it was asked in.
        public var question: DNSQuestion? { message.questions.first }
    }

    /// What the server does about a name instead of looking it up.
    public enum Behaviour: Sendable {
        /// Answers with this code and nothing else.
        case fail(DNSResponseCode)
        /// Says nothing.
        case drop
        /// Answers over UDP with TC set and no records; over TCP in full.
        case truncate
        /// Answers when the gate opens.
        case delay(Gate)
    }

    struct State: Sendable {
        var records: [DNSRecord]
        var behaviours: [String: Behaviour] = [:]
        var queries: [Query] = []
    }

    /// The address it listens on.
    public let address: String

    /// The port it listens on, the same for UDP and TCP.
    public let port: Int

    private let state: ObservedState<State>
    private let datagrams: any Channel
    private let connections: TCPOrigin

    private init(
        address: String, port: Int, state: ObservedState<State>,
        datagrams: any Channel, connections: TCPOrigin
    ) {
        self.address = address
        self.port = port
        self.state = state
        self.datagrams = datagrams
        self.connections = connections
    }

    deinit { datagrams.close(promise: nil) }

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - address: A loopback address, IPv4 or IPv6.
    ///   - port: The port; 0 takes one that is free for both transports.
    ///   - records: What it knows.
    public static func start(
        address: String = "127.0.0.1", port: Int = 0,
        records: [DNSRecord] = []
    ) async throws -> DNSOrigin {
        let state = ObservedState(State(records: records))
        // A port that is free for TCP may be taken for UDP: try another.
        var failure: any Error = TestKitError(.unavailable, "no free port")
        for _ in 0..<(port == 0 ? 16 : 1) {
            let connections = try await TCPOrigin.start(
                address: address, port: port
            ) { stream in
                try await Self.serve(stream, state)
            }
            do {
                let datagrams = try await Self.bind(
                    address, connections.port, state)
                return DNSOrigin(
                    address: address, port: connections.port, state: state,
                    datagrams: datagrams, connections: connections)
            } catch {
                failure = error
                await connections.shutdown()
            }
        }
        throw failure
    }

    /// Every query so far, in order of arrival.
    public func recorded() -> [Query] { state.value.queries }

    /// Waits until this many queries have come and returns all of them.
    @discardableResult
    public func waitForQueries(
        _ count: Int, timeout: Duration? = .seconds(20)
    ) async throws -> [Query] {
        try await state.wait(for: "\(count) DNS queries", timeout: timeout) {
            $0.queries.count >= count
        }.queries
    }

    /// Replaces everything the server knows.
    public func setRecords(_ records: [DNSRecord]) {
        state.update { $0.records = records }
    }

    /// Changes what the server does about a name; nil looks it up again.
    public func setBehaviour(_ behaviour: Behaviour?, for name: String) {
        state.update { $0.behaviours[name.lowercased()] = behaviour }
    }

    /// Stops listening.
    public func shutdown() async {
        try? await datagrams.close()
        await connections.shutdown()
    }

    private static func bind(
        _ address: String, _ port: Int, _ state: ObservedState<State>
    ) async throws -> any Channel {
        try await DatagramBootstrap(
            group: MultiThreadedEventLoopGroup.singleton
        )
        .channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    DatagramHandler(state: state))
            }
        }
        .bind(to: SocketAddress(ipAddress: address, port: port)).get()
    }

    private static func serve(
        _ stream: TCPStream, _ state: ObservedState<State>
    ) async throws {
        var pending: [UInt8] = []
        while let bytes = try await stream.next() {
            pending += bytes
            while pending.count >= 2 {
                let length = Int(pending[0]) << 8 | Int(pending[1])
                guard pending.count >= length + 2 else { break }
                let message = Array(pending[2..<(length + 2)])
                pending.removeFirst(length + 2)
                let reply = try await DNSResponder.reply(
                    to: message, over: .tcp,
                    from: stream.channel.remoteAddress, state)
                guard let reply else { continue }
                try await stream.send(
                    [UInt8(reply.count >> 8), UInt8(reply.count & 0xff)]
                        + reply)
            }
        }
    }
}

/// Answers the datagrams of a ``DNSOrigin``.
private final class DatagramHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let state: ObservedState<DNSOrigin.State>

    init(state: ObservedState<DNSOrigin.State>) { self.state = state }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        let bytes = Array(envelope.data.readableBytesView)
        let source = envelope.remoteAddress
        let channel = context.channel
        let state = state
        Task {
            let reply = try await DNSResponder.reply(
                to: bytes, over: .udp, from: source, state)
            guard let reply else { return }
            try await channel.writeAndFlush(
                AddressedEnvelope(
                    remoteAddress: source, data: ByteBuffer(bytes: reply)))
        }
    }
}
