internal import HTTP2

typealias StreamPointer = UnsafeMutablePointer<HTTP2Stream>
typealias CarrierPointer = UnsafeMutablePointer<HTTP2Carrier>

/// What a `Connection` is beside its socket when it is a stream of an HTTP/2
/// connection. Such a connection has no socket: it hands its bytes to the
/// carrier, in HTTP/1.1's form on this side and as frames on the other, so
/// that an exchange doesn't know which version either side speaks.
struct HTTP2Stream: SlabElement {
    /// Where in a message the bytes that are sent stand.
    enum Writing: UInt8, BitwiseCopyable {
        /// A head comes next; interim responses leave it so.
        case head
        case body
        /// CONNECT or an upgrade: bytes without an end of their own.
        case tunnel
        case done
    }

    /// How received bytes are handed on.
    enum Reading: UInt8, BitwiseCopyable {
        /// As they are: the length is known, or the end is told apart.
        case plain
        /// In chunks, for a request body without a declared length.
        case chunked
    }

    var slot = Slot()
    var carrier: ConnectionPointer?
    /// Its number; 0 while it waits for its carrier.
    var id: UInt32 = 0
    var writing = Writing.head
    var reading = Reading.plain
    /// The body that is being sent, as HTTP/1.1 frames it.
    var body = BodyReader()
    /// END_STREAM follows the bytes in the connection's `outbound`.
    var endsAfterFlush = false
    /// It asked for a tunnel in HTTP/2's way; the answer is translated back.
    var isExtendedConnect = false
    var isTunnel = false
    /// The length of the response is ours, not the origin's.
    var impliedLength = false
    /// The response came to its end: what may follow is the end of the stream.
    var isAnswered = false
    /// Received bytes that the peer hasn't been given back.
    var unused = 0
    /// Trailers received, as lines; the other half takes them at its end.
    var trailers = Block()
    /// Trailers to be sent behind `outbound`.
    var lastFields = Block()

    init() {}
}

/// The HTTP/2 side of a connection with a socket. Made once for each such
/// connection.
struct HTTP2Carrier {
    var session: HTTP2Session
    /// Its streams, oldest first, linked by their idle pointers.
    var first: ConnectionPointer?
    var last: ConnectionPointer?
    var count = 0
    /// Stands in the list of carriers with something to send.
    var isDirty = false
    /// Closes when its streams are done.
    var isEnding = false
    /// Milliseconds on the loop's clock of the last refill of the budgets.
    var refilled: UInt64 = 0

    init(_ session: HTTP2Session) { self.session = session }
}
