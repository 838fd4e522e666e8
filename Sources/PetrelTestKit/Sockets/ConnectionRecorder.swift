internal import NIOCore
internal import NIOSSL
internal import NIOTLS
internal import SwiftASN1
internal import X509

/// The connections a server has seen: what its channel handlers write into.
final class ConnectionRecorder: Sendable {
    private let state = ObservedState<[RecordedConnection]>([])

    var connections: [RecordedConnection] { state.value }

    func wait(
        for what: String, timeout: Duration?,
        until condition: @escaping @Sendable ([RecordedConnection]) -> Bool
    ) async throws -> [RecordedConnection] {
        try await state.wait(for: what, timeout: timeout, until: condition)
    }

    /// Registers a connection and returns its number.
    func open(_ channel: any Channel) -> Int {
        let local = channel.localAddress?.ipAddress ?? ""
        let peer = channel.remoteAddress?.ipAddress ?? ""
        let port = channel.remoteAddress?.port ?? 0
        return state.update { connections in
            connections.append(
                RecordedConnection(
                    number: connections.count, localAddress: local,
                    peerAddress: peer, peerPort: port))
            return connections.count - 1
        }
    }

    func update(
        _ number: Int, _ change: @Sendable (inout RecordedConnection) -> Void
    ) {
        state.update { change(&$0[number]) }
    }

    func connection(_ number: Int) -> RecordedConnection {
        state.value[number]
    }
}

/// Puts the handlers that every test server has at the front of a pipeline:
/// the abrupt closer, TLS with a look at SNI, and the recorders.
enum ConnectionPipeline {
    static func install(
        on channel: any Channel, context: NIOSSLContext?,
        recorder: ConnectionRecorder, number: Int
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(AbruptCloser())
        if let context {
            let sniff = ByteToMessageHandler(
                SNIHandler { result in
                    if case .hostname(let name) = result {
                        recorder.update(number) { $0.serverName = name }
                    }
                    return channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        let sniff = try pipeline.handler(
                            type: ByteToMessageHandler<SNIHandler>.self)
                        try pipeline.addHandler(
                            NIOSSLServerHandler(context: context),
                            position: .after(sniff))
                    }
                })
            try pipeline.addHandler(sniff)
        }
        try pipeline.addHandler(
            ConnectionObserver(recorder: recorder, number: number))
    }
}

/// Writes what happens on one connection into its record.
final class ConnectionObserver: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let recorder: ConnectionRecorder
    private let number: Int

    init(recorder: ConnectionRecorder, number: Int) {
        self.recorder = recorder
        self.number = number
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Array(unwrapInboundIn(data).readableBytesView)
        recorder.update(number) { connection in
            connection.receivedCount += bytes.count
            let room = RecordedConnection.receivedLimit - connection.received.count
            connection.received += bytes.prefix(room)
        }
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        recorder.update(number) { $0.isClosed = true }
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(
        context: ChannelHandlerContext, event: Any
    ) {
        switch event {
        case TLSUserEvent.handshakeCompleted(let applicationProtocol):
            recordHandshake(context, applicationProtocol)
        case ChannelEvent.inputClosed:
            recorder.update(number) { $0.isPeerFinished = true }
        default:
            break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let text = String(describing: error)
        recorder.update(number) { connection in
            connection.error = connection.error ?? text
            if error is NIOSSLError || error is BoringSSLError,
                connection.tls == nil
            {
                connection.tlsFailure = connection.tlsFailure ?? text
            }
        }
        context.fireErrorCaught(error)
    }

    private func recordHandshake(
        _ context: ChannelHandlerContext, _ applicationProtocol: String?
    ) {
        let handler = try? context.pipeline.syncOperations.handler(
            type: NIOSSLServerHandler.self)
        let version = handler?.tlsVersion.flatMap(
            TLSProtocolVersion.init(library:))
        let peer = handler?.peerCertificate.flatMap(Self.describe)
        recorder.update(number) { connection in
            connection.tls = RecordedConnection.TLS(
                serverName: connection.serverName, version: version,
                applicationProtocol: applicationProtocol,
                clientCertificate: peer)
        }
    }

    private static func describe(
        _ certificate: NIOSSLCertificate
    ) -> RecordedConnection.PeerCertificate? {
        guard let bytes = try? certificate.toDERBytes(),
            let parsed = try? Certificate(derEncoded: bytes)
        else { return nil }
        let names = (try? parsed.extensions.subjectAlternativeNames) ?? nil
        return RecordedConnection.PeerCertificate(
            subject: String(describing: parsed.subject),
            names: (names ?? SubjectAlternativeNames([])).map { name in
                switch name {
                case .dnsName(let text), .uniformResourceIdentifier(let text):
                    text
                case .ipAddress(let octets):
                    IPAddress.text(of: Array(octets.bytes)) ?? "?"
                default: String(describing: name)
                }
            })
    }
}
