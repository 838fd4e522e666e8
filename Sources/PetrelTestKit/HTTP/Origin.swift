internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// A real HTTP/1.1 or HTTPS server on a loopback address that answers as a
/// test tells it to and records every request exactly as it came.
///
/// ```swift
/// let origin = try await Origin.start(pages: ["/": "hello"])
/// // ... send it a request ...
/// let request = try await origin.waitForRequests(1)[0]
/// ```
///
/// It stops when the last reference goes, or at ``shutdown()``.
public final class Origin: Sendable {
    /// Answers one request; requests of one connection come one at a time.
    public typealias Handler =
        @Sendable (OriginRequest) async -> OriginResponse

    /// The address it listens on.
    public let address: String

    /// The port it listens on.
    public let port: Int

    /// Whether it speaks TLS.
    public let isTLS: Bool

    private let requests: ObservedState<[OriginRequest]>
    private let connectionRecorder: ConnectionRecorder
    private let server: ServerTask

    private init(
        address: String, port: Int, isTLS: Bool,
        requests: ObservedState<[OriginRequest]>,
        connectionRecorder: ConnectionRecorder, server: ServerTask
    ) {
        self.address = address
        self.port = port
        self.isTLS = isTLS
        self.requests = requests
        self.connectionRecorder = connectionRecorder
        self.server = server
    }

    /// Starts an origin that answers by a closure.
    ///
    /// - Parameters:
    ///   - address: A loopback address, IPv4 or IPv6.
    ///   - port: The port; 0 takes any free one.
    ///   - tls: TLS settings; nil is plain text.
    ///   - reading: A gate before which no connection is read: the slow
    ///     reader.
    ///   - handler: What answers.
    public static func start(
        address: String = "127.0.0.1", port: Int = 0, tls: ServerTLS? = nil,
        reading: Gate? = nil, handler: @escaping Handler
    ) async throws -> Origin {
        let requests = ObservedState<[OriginRequest]>([])
        let recorder = ConnectionRecorder()
        let context = try tls?.makeContext()
        let server = ServerTask()
        let listener = try await ServerBootstrap(
            group: MultiThreadedEventLoopGroup.singleton
        )
        .serverChannelOption(.backlog, value: 1024)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
        .childChannelInitializer { [weak server] channel in
            channel.eventLoop.makeCompletedFuture {
                let number = recorder.open(channel)
                try ConnectionPipeline.install(
                    on: channel, context: context, recorder: recorder,
                    number: number)
                try channel.pipeline.syncOperations.addHandler(
                    ByteToMessageHandler(
                        HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
                let stream = try NIOAsyncChannel<
                    HTTPServerRequestPart, ByteBuffer
                >(
                    wrappingChannelSynchronously: channel,
                    configuration: .init(
                        backPressureStrategy: .init(
                            lowWatermark: 1, highWatermark: 2)))
                let connection = OriginConnection(
                    number: number, stream: stream, requests: requests,
                    recorder: recorder, reading: reading, handler: handler)
                ServerTask.serve(on: server) { await connection.serve() }
            }
        }
        .bind(to: SocketAddress(ipAddress: address, port: port)).get()
        server.adopt(listener)
        guard let bound = listener.localAddress?.port else {
            throw TestKitError(.unavailable, "no port at \(address)")
        }
        return Origin(
            address: address, port: bound, isTLS: tls != nil,
            requests: requests, connectionRecorder: recorder, server: server)
    }

    /// Starts an origin that serves these pages by path, and 404 otherwise.
    public static func start(
        address: String = "127.0.0.1", port: Int = 0, tls: ServerTLS? = nil,
        pages: [String: String]
    ) async throws -> Origin {
        try await start(address: address, port: port, tls: tls) { request in
            pages[request.path].map { .text($0) }
                ?? .text("no page at \(request.path)\n", status: 404)
        }
    }

    /// `http://address:port` or `https://address:port`.
    public var url: String {
        let host = address.contains(":") ? "[\(address)]" : address
        return "\(isTLS ? "https" : "http")://\(host):\(port)"
    }

    /// Every request so far, in order of completion.
    public func recorded() -> [OriginRequest] { requests.value }

    /// Every connection so far, in order of arrival.
    public func connections() -> [RecordedConnection] {
        connectionRecorder.connections
    }

    /// Waits until this many requests have come and returns all of them.
    @discardableResult
    public func waitForRequests(
        _ count: Int, timeout: Duration? = .seconds(20)
    ) async throws -> [OriginRequest] {
        try await requests.wait(
            for: "\(count) requests at \(url)", timeout: timeout
        ) { $0.count >= count }
    }

    /// Waits until the connections satisfy the condition.
    @discardableResult
    public func waitForConnections(
        timeout: Duration? = .seconds(20),
        until condition: @escaping @Sendable ([RecordedConnection]) -> Bool
    ) async throws -> [RecordedConnection] {
        try await connectionRecorder.wait(
            for: "expected connections at \(url)", timeout: timeout,
            until: condition)
    }

    /// Stops listening and closes every connection.
    public func shutdown() async { await server.stop() }
}
