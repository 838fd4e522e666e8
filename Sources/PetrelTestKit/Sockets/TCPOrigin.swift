internal import NIOCore
internal import NIOPosix

/// A TCP server on a loopback address that records the bytes of every
/// connection and behaves as a test tells it to, half-closed ends included.
public final class TCPOrigin: Sendable {
    /// What happens on each connection; when it returns, the connection is
    /// closed.
    public typealias Behaviour = @Sendable (TCPStream) async throws -> Void

    /// The address it listens on.
    public let address: String

    /// The port it listens on.
    public let port: Int

    private let recorder: ConnectionRecorder
    private let server: ServerTask

    private init(
        address: String, port: Int, recorder: ConnectionRecorder,
        server: ServerTask
    ) {
        self.address = address
        self.port = port
        self.recorder = recorder
        self.server = server
    }

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - address: A loopback address, IPv4 or IPv6.
    ///   - port: The port; 0 takes any free one.
    ///   - tls: TLS settings; nil is plain text.
    ///   - behaviour: What happens on each connection.
    public static func start(
        address: String = "127.0.0.1", port: Int = 0, tls: ServerTLS? = nil,
        behaviour: @escaping Behaviour = TCPOrigin.echo
    ) async throws -> TCPOrigin {
        let recorder = ConnectionRecorder()
        let context = try tls?.makeContext()
        let server = ServerTask()
        let listener = try await ServerBootstrap(
            group: MultiThreadedEventLoopGroup.singleton
        )
        .serverChannelOption(.backlog, value: 1024)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelOption(.allowRemoteHalfClosure, value: true)
        .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
        .childChannelInitializer { [weak server] channel in
            channel.eventLoop.makeCompletedFuture {
                let inbox = ObservedState(TCPStream.Inbox())
                try ConnectionPipeline.install(
                    on: channel, context: context, recorder: recorder,
                    number: recorder.open(channel))
                try channel.pipeline.syncOperations.addHandler(
                    InboxHandler(inbox: inbox))
                let stream = TCPStream(channel: channel, inbox: inbox)
                ServerTask.serve(on: server) {
                    try? await behaviour(stream)
                    await stream.close()
                }
            }
        }
        .bind(to: SocketAddress(ipAddress: address, port: port)).get()
        server.adopt(listener)
        guard let bound = listener.localAddress?.port else {
            throw TestKitError(.unavailable, "no port at \(address)")
        }
        return TCPOrigin(
            address: address, port: bound, recorder: recorder, server: server)
    }

    /// Sends everything back and ends when the peer does.
    public static let echo: Behaviour = { stream in
        while let bytes = try await stream.next() {
            try await stream.send(bytes)
        }
        try await stream.finish()
    }

    /// Reads to the end and says nothing.
    public static let sink: Behaviour = { stream in
        try await stream.receiveToEnd(timeout: nil)
    }

    /// Speaks first, then echoes: the protocols in which the server begins.
    public static func greeting(_ text: String) -> Behaviour {
        { stream in
            try await stream.send(text)
            try await echo(stream)
        }
    }

    /// Every connection so far, in order of arrival.
    public func connections() -> [RecordedConnection] { recorder.connections }

    /// Waits until the connections satisfy the condition.
    @discardableResult
    public func waitForConnections(
        timeout: Duration? = .seconds(20),
        until condition: @escaping @Sendable ([RecordedConnection]) -> Bool
    ) async throws -> [RecordedConnection] {
        try await recorder.wait(
            for: "expected connections at \(address):\(port)",
            timeout: timeout, until: condition)
    }

    /// Stops listening and closes every connection.
    public func shutdown() async { await server.stop() }
}
