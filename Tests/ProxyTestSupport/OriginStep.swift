/// What an origin does with a request, or with a relayed connection.
public enum OriginStep: Sendable, Equatable {
    /// Sends bytes.
    case send([UInt8])
    /// Waits; what a slow server does.
    case pause(milliseconds: Int)
    /// Sends a FIN and reads on.
    case finish
    /// Closes the connection.
    case close
    /// Resets the connection.
    case reset
    /// Sends nothing more until the peer closes.
    case hang
    /// Sends back whatever comes, until the peer ends; then ends, too.
    case echo
    /// Reads until so many bytes have come since the start.
    case read(Int)
    /// Answers before the body of the request is read.
    case early
}
