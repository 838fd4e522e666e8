/// What is known of a client's connection when its filter chain is chosen.
///
/// `sni`, `offeredProtocols` and `peerIdentity` borrow bytes (of the
/// ClientHello, or of a certificate); the rest is plain values.
public struct ConnectionFacts {
    /// How the connection's bytes begin.
    public enum TransportProtocol: UInt8, BitwiseCopyable, Sendable {
        /// Anything but TLS; Envoy's `raw_buffer`.
        case rawBuffer
        /// A TLS ClientHello; Envoy's `tls`.
        case tls
    }

    /// What the HTTP inspector saw on a connection without TLS.
    public enum DetectedProtocol: UInt8, BitwiseCopyable, Sendable {
        /// Not HTTP, not inspected, or not enough bytes in time.
        case none
        /// An HTTP/1.0 request line.
        case http10
        /// An HTTP/1.1 request line.
        case http11
        /// The HTTP/2 preface in clear text.
        case h2c
    }

    /// The original destination: where the client wanted to go.
    public var destinationAddress: IPAddress
    /// The original destination's port.
    public var destinationPort: UInt16
    /// The client.
    public var sourceAddress: IPAddress
    /// The client's port.
    public var sourcePort: UInt16
    /// The peer of the TCP connection, when `sourceAddress` came from PROXY
    /// protocol. Same as `sourceAddress` otherwise.
    public var directSourceAddress: IPAddress
    /// Whether the bytes are TLS; `rawBuffer` when no inspector looked.
    public var transportProtocol: TransportProtocol = .rawBuffer
    /// Server name of the ClientHello; empty without TLS.
    public var sni: UnsafeBufferPointer<UInt8> = UnsafeBufferPointer(start: nil, count: 0)
    /// ALPN of the ClientHello in its wire format (each name after a length byte).
    public var offeredProtocols: UnsafeBufferPointer<UInt8> = UnsafeBufferPointer(start: nil, count: 0)
    /// What the HTTP inspector saw.
    public var detected: DetectedProtocol = .none
    /// Whether this proxy has ended the client's TLS (then `peerIdentity` is final).
    public var terminatedTLS = false
    /// URI SAN of a verified client certificate (`spiffe://...`), at gateways that ask for one.
    public var peerIdentity: UnsafeBufferPointer<UInt8> = UnsafeBufferPointer(start: nil, count: 0)

    /// Facts of a plain connection from `source` to an original destination.
    public init(
        destination: IPAddress, port: UInt16, source: IPAddress = IPAddress(v4: 0x7F00_0001),
        sourcePort: UInt16 = 0
    ) {
        destinationAddress = destination
        destinationPort = port
        sourceAddress = source
        directSourceAddress = source
        self.sourcePort = sourcePort
    }
}
