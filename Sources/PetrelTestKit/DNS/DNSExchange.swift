internal import NIOCore
internal import NIOPosix

/// One DNS query, over UDP or TCP: the smallest resolver.
public enum DNSExchange {
    /// Sends a query and returns the answer that carries its identifier.
    ///
    /// - Parameters:
    ///   - name: The name asked for.
    ///   - type: The type asked for.
    ///   - transport: How to ask.
    ///   - address: The server's address.
    ///   - port: The server's port.
    ///   - payloadSize: The size of UDP answers to offer by EDNS, or nil.
    public static func query(
        _ name: String, _ type: DNSRecordType = .a,
        over transport: DNSOrigin.Transport = .udp,
        at address: String = "127.0.0.1", port: Int,
        payloadSize: UInt16? = nil, timeout: Duration = .seconds(10)
    ) async throws -> DNSMessage {
        let query = DNSMessage.query(
            name, type, identifier: .random(in: 1...0xffff),
            payloadSize: payloadSize)
        let reply: [UInt8]
        switch transport {
        case .tcp:
            let bytes = query.encoded()
            let stream = try await TCPStream.connect(to: address, port: port)
            try await stream.send(
                [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xff)] + bytes)
            let framed = try await stream.receive(timeout: timeout) {
                $0.count >= 2 && $0.count - 2 >= Int($0[0]) << 8 | Int($0[1])
            }
            await stream.close()
            reply = Array(framed.dropFirst(2))
        case .udp:
            reply = try await datagram(
                query.encoded(), to: address, port, timeout)
        }
        let answer = try DNSMessage(decoding: reply)
        guard answer.identifier == query.identifier, answer.isResponse else {
            throw TestKitError(.malformed, "an answer to another query")
        }
        return answer
    }

    private static func datagram(
        _ bytes: [UInt8], to address: String, _ port: Int, _ timeout: Duration
    ) async throws -> [UInt8] {
        let inbox = EventRecorder<[UInt8]>()
        let server = try SocketAddress(ipAddress: address, port: port)
        let channel = try await DatagramBootstrap(
            group: MultiThreadedEventLoopGroup.singleton
        )
        .channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    DatagramInbox(inbox: inbox))
            }
        }
        .connect(to: server).get()
        defer { channel.close(promise: nil) }
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
        return try await inbox.wait(forCount: 1, timeout: timeout)[0]
    }
}

private final class DatagramInbox: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let inbox: EventRecorder<[UInt8]>

    init(inbox: EventRecorder<[UInt8]>) { self.inbox = inbox }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        inbox.record(Array(unwrapInboundIn(data).data.readableBytesView))
    }
}
