/// What reading a run of bytes led to.
public enum HTTP2Event: BitwiseCopyable, Sendable {
    /// The next frame is not complete: call again with more bytes.
    case needsMore
    /// Taken care of; there may be more.
    case handled
    /// The head of a request: a new stream. Its fields are in the list, what
    /// they mean in `HTTP2Session.message`. Servers only.
    case request(stream: UInt32, ends: Bool)
    /// The head of a response, interim ones included. Clients only.
    case response(stream: UInt32, ends: Bool)
    /// The fields behind the body; the stream's end.
    case trailers(stream: UInt32)
    /// Body bytes: a run of the bytes given. `credit` is what is to be given
    /// back by `HTTP2Session.credit` once they are used.
    case data(stream: UInt32, start: Int, count: Int, credit: Int, ends: Bool)
    /// The stream is over before its end: the peer reset it, or (`byPeer`
    /// false) we did because of what the peer sent.
    case reset(stream: UInt32, code: HTTP2ErrorCode, byPeer: Bool)
    /// There is room to send again; stream 0 means for the connection.
    case windowOpened(stream: UInt32)
    /// The peer's parameters changed.
    case settingsChanged
    /// The peer takes no more streams, and none above `last` was processed.
    case goAway(last: UInt32, code: HTTP2ErrorCode)
    /// The connection is broken. GOAWAY is in `output`: send it and close.
    case failed(HTTP2ErrorCode)
}
