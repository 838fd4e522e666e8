internal import CPetrelSystem
internal import TrafficModel

typealias ConnectionPointer = UnsafeMutablePointer<Connection>
typealias ExchangePointer = UnsafeMutablePointer<Exchange>

/// One stream socket: a client's, an upstream's, or one that speaks DNS.
/// Plain data in a slab; what it owns is given back by `Worker.close`.
struct Connection: SlabElement {
    enum Role: UInt8, BitwiseCopyable {
        case unused
        /// A client whose filter chain isn't chosen yet.
        case inspecting
        /// A client whose TLS ends here, while it shakes hands.
        case securing
        case downstreamHTTP
        /// A client whose last response is sent: reading until it closes.
        case lingering
        case relayDownstream
        case relayUpstream
        case upstreamHTTP
        /// Sockets that carry the streams of HTTP/2; each stream is a
        /// connection of one of the roles above.
        case downstreamHTTP2
        case upstreamHTTP2
        /// An active health check.
        case probe
        case dnsClient
        case dnsUpstream
    }

    struct Flags: OptionSet, BitwiseCopyable {
        let rawValue: UInt32
        /// The socket may have bytes; set by an event, cleared by a short read.
        static let readable = Flags(rawValue: 1 << 0)
        /// The peer sent FIN: after the bytes that are left comes the end.
        static let peerClosed = Flags(rawValue: 1 << 1)
        /// The end was read.
        static let ended = Flags(rawValue: 1 << 2)
        /// An error event: the socket is dead in both directions.
        static let broken = Flags(rawValue: 1 << 3)
        static let connecting = Flags(rawValue: 1 << 4)
        static let handshaking = Flags(rawValue: 1 << 5)
        static let ready = Flags(rawValue: 1 << 6)
        /// Our FIN is sent.
        static let writeClosed = Flags(rawValue: 1 << 7)
        /// A FIN is to follow the bytes that wait.
        static let closeAfterFlush = Flags(rawValue: 1 << 8)
        /// The bytes in `inbound` are the start of a head that has no end yet.
        static let partialHead = Flags(rawValue: 1 << 9)
        /// The handler of this connection is on the stack.
        static let active = Flags(rawValue: 1 << 10)
        /// No further request is taken on it.
        static let lastRequest = Flags(rawValue: 1 << 11)
        /// An upstream connection that served a request before.
        static let reused = Flags(rawValue: 1 << 12)
        static let idle = Flags(rawValue: 1 << 13)
        /// Stands in the list of connections to be served in the next turn.
        static let queued = Flags(rawValue: 1 << 14)
        static let captured = Flags(rawValue: 1 << 15)
        /// `local` holds the socket's own address.
        static let localKnown = Flags(rawValue: 1 << 16)
        static let sawServerName = Flags(rawValue: 1 << 17)
        /// The inspector saw a ClientHello.
        static let sawTLS = Flags(rawValue: 1 << 18)
        /// An HTTP/2 connection that takes more requests of its endpoint.
        static let pooled = Flags(rawValue: 1 << 19)
        /// CONNECT is sent, and its answer isn't here yet.
        static let tunneling = Flags(rawValue: 1 << 25)
        /// `local` is where the client wanted to go, not where we listen.
        static let restored = Flags(rawValue: 1 << 26)
        /// It was not made in time.
        static let timedOut = Flags(rawValue: 1 << 24)
    }

    // The timer comes first: a pointer to it is a pointer to the connection.
    var timer = TimerNode(owner: .connection)
    var slot = Slot()
    var descriptor: Int32 = -1
    var role: Role = .unused
    var flags = Flags()
    var detected = ConnectionFacts.DetectedProtocol.none
    /// What ALPN settled on, once TLS is ready.
    var negotiated = NegotiatedProtocol.none
    /// Bytes read and not used yet.
    var inbound = Block()
    /// Bytes the socket didn't take yet.
    var outbound = Block()
    /// Ciphertext read and not decrypted yet.
    var ciphertext = Block()
    /// The server name of the client's ClientHello.
    var serverName = Block()
    /// The ALPN list of that ClientHello; kept where the client's TLS ends here.
    var offered = Block()
    /// Who the client's certificate says it is.
    var identity = Block()
    /// BoringSSL's `SSL`.
    var session: OpaquePointer?
    var exchange: ExchangePointer?
    /// Set when this is a stream of an HTTP/2 connection and has no socket.
    var stream: StreamPointer?
    /// Set when the socket carries such streams.
    var carrier: CarrierPointer?
    /// The other half of a TCP relay.
    var other: ConnectionPointer?
    var peer = petrel_address()
    /// Where the client wanted to go; for an upstream, our own address.
    var local = petrel_address()
    var workload: WorkloadPointer?
    /// The configuration `decision` was made with.
    var serial: UInt64 = 0
    /// Index of the listener that accepted it.
    var listenerIndex: Int32 = -1
    var decision: ConnectionDecision?
    var requests: UInt32 = 0
    /// What fixed its server name, so that only its like uses it again.
    var nameHash: UInt64 = 0
    var endpoint: EndpointPointer?
    var nextIdle: ConnectionPointer?
    var previousIdle: ConnectionPointer?
    /// Another connection that is being made for the same purpose.
    var rival: ConnectionPointer?
    /// Which of the endpoint's addresses it goes to.
    var addressPlace: UInt8 = 0
    /// The check that a connection is made for.
    var probe: ProbePointer?
    /// The question that a connection to a resolver carries.
    var query: QueryPointer?
    /// The cluster of a TCP relay, on its upstream half.
    var relayCluster: ClusterPointer?
    /// Bytes taken from this half of a relay.
    var relayed: UInt64 = 0
    /// Milliseconds on the loop's clock after which a client's connection takes no more requests; 0 for never.
    var lifetimeEnd: UInt64 = 0
    /// Milliseconds without a byte after which a relay ends; 0 for none.
    var idleLimit: UInt64 = 0
    /// Nanoseconds on the loop's clock.
    var opened: UInt64 = 0
    var lastActivity: UInt64 = 0

    init() {}

    var token: UInt64 { EventToken.make(.connection, index: slot.index, generation: slot.generation) }
}

/// What an epoll event refers to.
enum EventToken {
    enum Kind: UInt64 { case connection = 0, listener = 1, wakeup = 2, datagram = 3, query = 4 }

    static func make(_ kind: Kind, index: UInt32, generation: UInt32) -> UInt64 {
        UInt64(generation) << 32 | kind.rawValue << 29 | UInt64(index)
    }

    static func kind(_ token: UInt64) -> UInt64 { (token >> 29) & 7 }
    static func index(_ token: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: token & 0x1fff_ffff) }
    static func generation(_ token: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: token >> 32) }
}

extension petrel_address {
    init(_ address: IPAddress, port: UInt16) {
        self.init()
        self.port = port
        family = address.isIPv4 ? 4 : 6
        withUnsafeMutableBytes(of: &octets) { bytes in
            if address.isIPv4 {
                bytes.storeBytes(of: UInt32(truncatingIfNeeded: address.low).bigEndian, as: UInt32.self)
            } else {
                bytes.storeBytes(of: address.high.bigEndian, as: UInt64.self)
                bytes.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
        }
    }

    var ip: IPAddress {
        var copy = octets
        return withUnsafeBytes(of: &copy) { bytes in
            if family == 4 { return IPAddress(v4: UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self))) }
            return IPAddress(
                v6: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }

    func isEqual(_ other: petrel_address) -> Bool {
        var left = self
        var right = other
        return petrel_address_equal(&left, &right)
    }
}
