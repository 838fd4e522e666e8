internal import Glibc
internal import NIOCore

/// The handler nearest the socket: closes or resets it without the goodbye
/// that TLS above it would say.
final class AbruptCloser: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// Sends RST (RFC 9293 section 3.5.2) instead of FIN.
    static func reset(_ channel: any Channel) async {
        if let socket = channel as? any SocketOptionProvider {
            try? await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        await close(channel)
    }

    /// Sends FIN at once.
    static func close(_ channel: any Channel) async {
        let closing = channel.eventLoop.submit {
            let closer = try channel.pipeline.syncOperations.context(
                handlerType: AbruptCloser.self)
            closer.close(promise: nil)
        }
        try? await closing.get()
        try? await channel.closeFuture.get()
    }
}
