/// What a test's server saw of one connection.
public struct RecordedConnection: Sendable {
    /// The certificate that a client presented.
    public struct PeerCertificate: Sendable, Hashable {
        /// The subject as one line, such as `CN=client`.
        public var subject: String
        /// The subject alternative names: DNS names, URIs and addresses.
        public var names: [String]
    }

    /// The outcome of a TLS handshake.
    public struct TLS: Sendable, Hashable {
        /// The name asked for by SNI.
        public var serverName: String?
        /// The version agreed on.
        public var version: TLSProtocolVersion?
        /// The protocol agreed on by ALPN.
        public var applicationProtocol: String?
        /// The client's certificate, if it presented one.
        public var clientCertificate: PeerCertificate?
    }

    /// Its number at this server, from 0.
    public var number: Int

    /// The server's own address on this connection.
    public var localAddress: String

    /// The client's address.
    public var peerAddress: String

    /// The client's port.
    public var peerPort: Int

    /// The name asked for by SNI, known even when the handshake then fails.
    public var serverName: String?

    /// The outcome of the handshake; nil without TLS or before it ended.
    public var tls: TLS?

    /// Why the handshake failed, if it did.
    public var tlsFailure: String?

    /// The bytes received after decryption, up to ``receivedLimit``.
    public var received: [UInt8] = []

    /// How many bytes were received after decryption.
    public var receivedCount = 0

    /// Whether the client has ended its direction of the connection.
    public var isPeerFinished = false

    /// Whether the connection is closed.
    public var isClosed = false

    /// The error that ended the connection, such as a reset.
    public var error: String?

    /// The most bytes kept in ``received``.
    public static let receivedLimit = 1 << 20
}
