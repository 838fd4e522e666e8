internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// One TCP connection under a test's control, byte by byte: what a test uses
/// as a client, and what a ``TCPOrigin`` hands to its closure.
public final class TCPStream: Sendable {
    /// What has come in so far.
    struct Inbox: Sendable {
        var bytes: [UInt8] = []
        var consumed = 0
        var isFinished = false
        var error: String?
    }

    let inbox: ObservedState<Inbox>
    let channel: any Channel

    init(channel: any Channel, inbox: ObservedState<Inbox>) {
        self.channel = channel
        self.inbox = inbox
    }

    deinit { channel.close(promise: nil) }

    /// Connects to an address.
    ///
    /// - Parameters:
    ///   - source: The local address to connect from; nil takes any.
    ///   - tls: TLS settings; nil is plain text. A failed handshake shows
    ///     when bytes are awaited.
    public static func connect(
        to address: String, port: Int, from source: String? = nil,
        tls: ClientTLS? = nil
    ) async throws -> TCPStream {
        let inbox = ObservedState(Inbox())
        let context = try tls?.makeContext()
        var bootstrap = ClientBootstrap(
            group: MultiThreadedEventLoopGroup.singleton
        )
        .channelOption(.allowRemoteHalfClosure, value: true)
        .channelOption(.socketOption(.tcp_nodelay), value: 1)
        .channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(AbruptCloser())
                if let context {
                    try pipeline.addHandler(
                        NIOSSLClientHandler(
                            context: context, serverHostname: tls?.serverName))
                }
                try pipeline.addHandler(InboxHandler(inbox: inbox))
            }
        }
        if let source {
            bootstrap = bootstrap.bind(
                to: try SocketAddress(ipAddress: source, port: 0))
        }
        let channel = try await bootstrap.connect(
            to: SocketAddress(ipAddress: address, port: port)
        ).get()
        return TCPStream(channel: channel, inbox: inbox)
    }

    /// The local port.
    public var localPort: Int { channel.localAddress?.port ?? 0 }

    /// Everything received so far.
    public var received: [UInt8] { inbox.value.bytes }

    /// Everything received so far, as text.
    public var receivedText: String {
        String(decoding: received, as: UTF8.self)
    }

    /// Whether the peer has ended its direction, by FIN, close or reset.
    public var isFinished: Bool { inbox.value.isFinished }

    /// The error that ended the connection, such as a reset.
    public var error: String? { inbox.value.error }

    /// Sends bytes.
    public func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Sends text.
    public func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    /// Waits until everything received satisfies the condition, and returns
    /// it. Fails if the peer ends first.
    @discardableResult
    public func receive(
        timeout: Duration? = .seconds(20),
        until condition: @escaping @Sendable ([UInt8]) -> Bool
    ) async throws -> [UInt8] {
        let state = try await inbox.wait(for: "expected bytes", timeout: timeout) {
            $0.isFinished || condition($0.bytes)
        }
        guard condition(state.bytes) else {
            throw TestKitError(
                .malformed,
                "the peer ended after \(state.bytes.count) bytes"
                    + (state.error.map { ": \($0)" } ?? ""))
        }
        return state.bytes
    }

    /// Waits for at least this many bytes in all.
    @discardableResult
    public func receive(
        count: Int, timeout: Duration? = .seconds(20)
    ) async throws -> [UInt8] {
        try await receive(timeout: timeout) { $0.count >= count }
    }

    /// Waits until the text received contains this.
    @discardableResult
    public func receive(
        containing text: String, timeout: Duration? = .seconds(20)
    ) async throws -> String {
        let bytes = try await receive(timeout: timeout) {
            String(decoding: $0, as: UTF8.self).contains(text)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Waits for bytes beyond those that `next` returned before; nil when
    /// the peer has ended.
    public func next(timeout: Duration? = nil) async throws -> [UInt8]? {
        _ = try await inbox.wait(for: "more bytes", timeout: timeout) {
            $0.bytes.count > $0.consumed || $0.isFinished
        }
        let bytes = inbox.update { inbox -> [UInt8] in
            defer { inbox.consumed = inbox.bytes.count }
            return Array(inbox.bytes[inbox.consumed...])
        }
        return bytes.isEmpty ? nil : bytes
    }

    /// Waits until the peer has ended its direction and returns everything
    /// received.
    @discardableResult
    public func receiveToEnd(
        timeout: Duration? = .seconds(20)
    ) async throws -> [UInt8] {
        try await inbox.wait(for: "end of the stream", timeout: timeout) {
            $0.isFinished
        }.bytes
    }

    /// Ends this direction (FIN) and keeps receiving.
    public func finish() async throws {
        try await channel.close(mode: .output)
    }

    /// Closes both directions.
    public func close() async { try? await channel.close() }

    /// Resets the connection (RST).
    public func reset() async { await AbruptCloser.reset(channel) }

    /// Stops or resumes reading from the socket.
    public func setReading(_ isReading: Bool) async throws {
        try await channel.setOption(.autoRead, value: isReading).get()
    }
}

/// Puts what comes in on a channel into a ``TCPStream``'s inbox.
final class InboxHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let inbox: ObservedState<TCPStream.Inbox>

    init(inbox: ObservedState<TCPStream.Inbox>) { self.inbox = inbox }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Array(unwrapInboundIn(data).readableBytesView)
        inbox.update { $0.bytes += bytes }
    }

    func userInboundEventTriggered(
        context: ChannelHandlerContext, event: Any
    ) {
        if case ChannelEvent.inputClosed = event {
            inbox.update { $0.isFinished = true }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        inbox.update { $0.isFinished = true }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let text = String(describing: error)
        inbox.update { inbox in
            inbox.error = inbox.error ?? text
            inbox.isFinished = true
        }
        context.close(promise: nil)
    }
}
