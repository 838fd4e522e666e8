/// One HTTP/2 connection as a value: bytes in, events out; calls in, bytes
/// out (RFC 9113). No input or output, no clock.
///
/// The caller reads with `next` until it says `needsMore`, obeys the events,
/// and sends what is in `output`. Windows are the caller's brake: nothing is
/// given back to the peer before `credit` says that it was used.
public struct HTTP2Session {
    public enum Role: Sendable { case client, server }

    /// What a client sends first (RFC 9113, 3.4).
    public static let preface: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    /// Bytes of one header block, and frames it may come in.
    static let mostBlockBytes = 128 * 1024
    static let mostBlockFrames = 32

    public let role: Role
    /// What we announced.
    public let local: HTTP2Settings
    /// What the peer announced so far.
    public internal(set) var peer = HTTP2Settings()
    /// Bytes to be sent, in order. The caller takes them.
    public var output: [UInt8] = []
    /// What the fields of the last head say.
    public internal(set) var message = MessageFields()
    /// The tag of the stream that the last event speaks of, which may be
    /// gone with that event; 0 for a request, whose stream has none yet.
    public internal(set) var tag: UInt64 = 0
    /// To be refilled once a second.
    public var budget = FloodBudget()

    var decoder: HPACKDecoder
    var encoder: HPACKEncoder
    var streams = StreamTable()
    var closed = ClosedStreams()
    /// Windows of the connection.
    var sendWindow = 65_535
    var receiveWindow: Int
    let greatestReceiveWindow: Int
    var owed = 0
    /// Highest stream the peer began.
    public internal(set) var lastPeerStream: UInt32 = 0
    var nextStream: UInt32 = 1
    var prefaceLeft: Int
    var needsSettings = true
    /// The peer's SETTINGS came: its limits are known.
    public internal(set) var hasPeerSettings = false
    public internal(set) var isFailed = false
    /// The peer said that it takes no more streams.
    public internal(set) var isLeaving = false
    /// We did; streams above `goodbye` are not looked at.
    public internal(set) var saidGoodbye = false
    var goodbye = UInt32.max

    /// The DATA frame under way.
    var dataStream: UInt32 = 0
    var dataLeft = 0
    var dataPadding = 0
    var dataEnds = false
    var dataIsDropped = false

    /// The header block under way.
    var blockStream: UInt32 = 0
    var blockEnds = false
    var blockFrames = 0
    var block: [UInt8] = []
    /// The stream that the last HEADERS made depend on itself (RFC 7540, 5.3.1).
    var selfDependent: UInt32 = 0
    /// Where the frame of the head being written begins in `output`.
    var headStart = -1
    var headStream: UInt32 = 0
    var headEnds = false

    /// - Parameters:
    ///   - local: What to announce; its windows are kept from the start.
    ///   - connectionWindow: Bytes that may be under way over all streams,
    ///     at least 65,535.
    public init(_ role: Role, local: HTTP2Settings, connectionWindow: Int) {
        self.role = role
        self.local = local
        decoder = HPACKDecoder(tableSize: local.headerTableSize)
        // Towards origins the links are long: bytes count more than work.
        encoder = HPACKEncoder(usesHuffman: role == .client)
        greatestReceiveWindow = max(65_535, connectionWindow)
        receiveWindow = greatestReceiveWindow
        prefaceLeft = role == .server ? Self.preface.utf8CodeUnitCount : 0
    }

    /// Writes what each side says first.
    public mutating func begin() {
        if role == .client {
            output.append(
                contentsOf: UnsafeBufferPointer(start: Self.preface.utf8Start, count: Self.preface.utf8CodeUnitCount))
        }
        local.write(to: &output)
        if greatestReceiveWindow > 65_535 { writeWindowUpdate(0, greatestReceiveWindow - 65_535) }
    }

    // MARK: - Streams

    /// Streams that aren't closed.
    public var streamCount: Int { streams.count }

    public func tag(of stream: UInt32) -> UInt64? {
        let place = streams.find(stream)
        return place < 0 ? nil : streams[place].tag
    }

    public mutating func setTag(_ tag: UInt64, of stream: UInt32) {
        let place = streams.find(stream)
        if place >= 0 { streams[place].tag = tag }
    }

    /// Places of a table that `tag(at:)` reads: a way to visit all streams
    /// while they change.
    public var placeCount: Int { streams.slots.count }

    /// The tag and number of the stream at a place; nil when it is empty.
    public func stream(at place: Int) -> (id: UInt32, tag: UInt64, isBlocked: Bool)? {
        guard place < streams.slots.count, streams[place].id != 0 else { return nil }
        return (streams[place].id, streams[place].tag, streams[place].isBlocked)
    }

    /// Whether a stream may be opened now. Clients only. Before the peer
    /// said how many it takes, there is one.
    public var canOpen: Bool {
        let most = hasPeerSettings ? peer.maximumConcurrentStreams : 1
        return !isFailed && !isLeaving && !saidGoodbye && streams.count < most && nextStream < 0x7fff_ffff
    }

    /// Opens a stream; nil when `canOpen` is false. `ignoresLength` for HEAD,
    /// whose answers declare bodies that they don't have.
    public mutating func open(tag: UInt64, ignoresLength: Bool) -> UInt32? {
        guard role == .client, canOpen else { return nil }
        var stream = StreamState()
        stream.id = nextStream
        stream.tag = tag
        stream.sendWindow = peer.initialWindowSize
        stream.receiveWindow = local.initialWindowSize
        stream.ignoresLength = ignoresLength
        nextStream &+= 2
        _ = streams.insert(stream)
        return stream.id
    }

    /// Both directions of a stream have ended.
    mutating func closeIfDone(_ place: Int) {
        guard streams[place].localClosed, streams[place].remoteClosed else { return }
        closed.note(streams[place].id, .ended)
        streams.remove(at: place)
    }

    /// Whether that side of the stream is done; true when there is none.
    public func isLocalClosed(_ stream: UInt32) -> Bool {
        let place = streams.find(stream)
        return place < 0 || streams[place].localClosed
    }

    public func isRemoteClosed(_ stream: UInt32) -> Bool {
        let place = streams.find(stream)
        return place < 0 || streams[place].remoteClosed
    }

    public func isOpen(_ stream: UInt32) -> Bool { streams.find(stream) >= 0 }
}
