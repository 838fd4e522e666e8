internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix

/// The socket that proxies connect to. Plaintext: bind it to loopback only.
public struct DiscoveryEndpoint: Sendable {
    private let server: GRPCServer<HTTP2ServerTransport.Posix>

    /// An endpoint that isn't listening yet.
    ///
    /// - Parameters:
    ///   - service: What is served.
    ///   - host: The IP address to listen on.
    ///   - port: The port; 0 lets the system choose one.
    public init(service: DiscoveryService, host: String = "127.0.0.1", port: Int = 15010) {
        let address: SocketAddress =
            host.contains(":") ? .ipv6(host: host, port: port) : .ipv4(host: host, port: port)
        let transport = HTTP2ServerTransport.Posix(
            address: address,
            transportSecurity: .plaintext,
            config: .defaults { config in
                // A reconnecting proxy lists all that it holds in one request.
                config.rpc.maxRequestPayloadSize = 64 * 1024 * 1024
                // Envoy keeps streams open and pings; neither is abuse.
                config.connection.keepalive.clientBehavior.allowWithoutCalls = true
                config.connection.keepalive.clientBehavior.minPingIntervalWithoutCalls = .seconds(1)
            })
        server = GRPCServer(transport: transport, services: [service])
    }

    /// Listens until the task is cancelled.
    public func run() async throws {
        try await server.serve()
    }

    /// The port that is listened on. Waits for `run` to have bound it, and
    /// throws if it couldn't.
    public var boundPort: Int {
        get async throws {
            let address = try await server.transport.listeningAddress
            return address.ipv4?.port ?? address.ipv6?.port ?? 0
        }
    }
}
