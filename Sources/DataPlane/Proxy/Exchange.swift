internal import CPetrelSystem
internal import TrafficModel

/// Progress through one message body.
struct BodyReader: BitwiseCopyable {
    private(set) var framing: BodyFraming = .none
    private(set) var remaining: UInt64 = 0
    var decoder = ChunkedDecoder()
    private(set) var isDone = true

    init() {}

    init(_ framing: BodyFraming) {
        self.framing = framing
        switch framing {
        case .none: isDone = true
        case .length(let length):
            remaining = length
            isDone = length == 0
        case .chunked, .untilClose: isDone = false
        }
    }

    var isChunked: Bool { framing == .chunked }

    /// Takes `count` bytes of a body whose length is known or open.
    mutating func take(_ count: Int) {
        if case .length = framing {
            remaining -= UInt64(count)
            isDone = remaining == 0
        }
    }

    /// How many of `available` bytes belong to the body.
    func share(of available: Int) -> Int {
        if case .length = framing { return Int(truncatingIfNeeded: min(UInt64(available), remaining)) }
        return available
    }

    mutating func finish() { isDone = true }
}

/// One request and its response, from the first byte of the head to the log
/// line. Plain data in a slab. With HTTP/2 a connection has several.
struct Exchange: SlabElement {
    struct Flags: OptionSet, BitwiseCopyable {
        let rawValue: UInt64
        static let isHead = Flags(rawValue: 1 << 0)
        static let clientHTTP10 = Flags(rawValue: 1 << 1)
        /// The connection ends with this response.
        static let closeDownstream = Flags(rawValue: 1 << 2)
        static let requestSent = Flags(rawValue: 1 << 3)
        static let responseStarted = Flags(rawValue: 1 << 4)
        static let responseDone = Flags(rawValue: 1 << 5)
        static let upstreamMayStay = Flags(rawValue: 1 << 6)
        /// Body bytes went out that are not in `head` any more.
        static let notReplayable = Flags(rawValue: 1 << 7)
        static let retriedReuse = Flags(rawValue: 1 << 8)
        static let idempotent = Flags(rawValue: 1 << 9)
        static let chunkedResponse = Flags(rawValue: 1 << 10)
        static let waitsForCluster = Flags(rawValue: 1 << 11)
        static let upgrade = Flags(rawValue: 1 << 12)
        static let waitsForRetry = Flags(rawValue: 1 << 13)
        static let pending = Flags(rawValue: 1 << 14)
        static let hasDecision = Flags(rawValue: 1 << 15)
        static let localReply = Flags(rawValue: 1 << 16)
        static let needsFreshConnection = Flags(rawValue: 1 << 17)
        static let hasHash = Flags(rawValue: 1 << 18)
        /// Counts among the retries that its cluster has under way.
        static let countsAsRetry = Flags(rawValue: 1 << 19)
        /// The attempts that the retry policy allows are used up (URX).
        static let retryLimitReached = Flags(rawValue: 1 << 20)
        /// Held back by a fault's delay.
        static let delayed = Flags(rawValue: 1 << 21)
        /// A copy for a mirror: nobody waits for the answer.
        static let shadow = Flags(rawValue: 1 << 22)
        /// The answer tells how many attempts there were.
        static let tellsAttempts = Flags(rawValue: 1 << 23)
        /// The origin is told the time limit that counts, instead of the client's `grpc-timeout`.
        static let limitsGRPC = Flags(rawValue: 1 << 24)
        /// The proxy answers it as a CORS preflight.
        static let preflight = Flags(rawValue: 1 << 25)
        /// The request came with `x-forwarded-for`.
        static let forwardedFor = Flags(rawValue: 1 << 27)
        /// Host becomes the name of the endpoint, once that is chosen.
        static let namesEndpoint = Flags(rawValue: 1 << 28)
        /// A CONNECT request: bytes go both ways once it is accepted.
        static let connect = Flags(rawValue: 1 << 29)
        /// The proxy accepts the CONNECT itself, as soon as it is connected.
        static let tunnel = Flags(rawValue: 1 << 30)
        /// A fault held it back (DI).
        static let wasDelayed = Flags(rawValue: 1 << 26)
        /// Our own answers take gRPC's form.
        static let isGRPC = Flags(rawValue: 1 << 31)
        /// `destination` counts, also when it is none.
        static let namesDestination = Flags(rawValue: 1 << 40)
        /// The route's priority is high: other circuit breakers count.
        static let highPriority = Flags(rawValue: 1 << 41)
        /// Counted among those that wait for a connection.
        static let countedPending = Flags(rawValue: 1 << 42)
    }

    /// A run of bytes in `head`.
    struct Run: BitwiseCopyable {
        var start: UInt32 = 0
        var count: UInt32 = 0
    }

    // The timer comes first: a pointer to it is a pointer to the exchange.
    var timer = TimerNode(owner: .exchange)
    var slot = Slot()
    var flags = Flags()
    var downstream: ConnectionPointer?
    var upstream: ConnectionPointer?
    var snapshot: SnapshotPointer?
    var cluster: ClusterPointer?
    var endpoint: EndpointPointer?
    var decision: RequestDecision?
    /// What the log wants to know of the request, then the head as it goes
    /// to the upstream, then the first bytes of the body.
    var head = Block()
    var method = Run()
    var path = Run()
    var authority = Run()
    var userAgent = Run()
    var forwardedFor = Run()
    var requestID = Run()
    /// Why the upstream could not be used, in words.
    var failure = Run()
    /// Host as the origin sees it.
    var upstreamAuthority = Run()
    /// Where the bytes for the upstream begin.
    var sendStart: UInt32 = 0
    var request = BodyReader()
    var response = BodyReader()
    var status: UInt16 = 0
    var reason = Reason.none
    var hash: UInt64 = 0
    var serverNameHash: UInt64 = 0
    /// Nanoseconds on the loop's clock.
    var started: UInt64 = 0
    var sentUpstream: UInt64 = 0
    var firstByte: UInt64 = 0
    var lastActivity: UInt64 = 0
    /// Time limits of the whole and of the attempt under way.
    var limits = RequestLimits()
    var retry = RetryState()
    /// Most bytes of the request, head included, that are kept to be sent again.
    var keepLimit: UInt32 = 0
    /// Numbers in `head` that change with each attempt.
    var attemptCount = Run()
    var expectedTimeout = Run()
    var grpcTimeout = Run()
    /// gRPC status of an answer of our own, where a filter says it; -1 for that of the HTTP status.
    var replyGRPCStatus: Int8 = -1
    var fault = FaultInjection()
    /// The `origin` header, when CORS lets it read the answer.
    var origin = Run()
    /// Value of the cookie that is made for this client, and which hash policy makes it; -1 for none.
    var cookieValue: UInt64 = 0
    var cookiePolicy: Int8 = -1
    /// Headers that a filter adds to the request, or to its own answer.
    var requestHeaders = FlatArray<HeaderMutation>()
    var replyHeaders = FlatArray<HeaderMutation>()
    /// Mirrors that get a copy, as bits, and the cluster of one that a header names.
    var mirrors: UInt32 = 0
    var mirrorCluster: Int32 = -1
    /// The route's `timeout` and `per_try_timeout`; 0 without.
    var timeoutMilliseconds: UInt64 = 0
    var attemptMilliseconds: UInt64 = 0
    var bytesReceived: UInt64 = 0
    var bytesSent: UInt64 = 0
    /// The client, where `x-forwarded-for` tells another address than the connection.
    var clientAddress = petrel_address()
    var upstreamAddress = petrel_address()
    var upstreamLocal = petrel_address()
    /// Where a header of the request says it goes (ORIGINAL_DST); family 0 for nowhere.
    var destination = petrel_address()
    var next: ExchangePointer?

    init() {}

    var lastActivityMilliseconds: UInt64 { lastActivity / 1_000_000 }

    func bytes(_ run: Run) -> UnsafeRawBufferPointer {
        let all = head.bytes
        guard Int(run.start) + Int(run.count) <= all.count else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(rebasing: all[Int(run.start)..<Int(run.start) + Int(run.count)])
    }

    /// What is sent first on a new attempt.
    var opening: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: head.bytes[Int(sendStart)...])
    }
}
