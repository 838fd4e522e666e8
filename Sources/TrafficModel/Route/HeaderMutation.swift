/// One change to the headers of a request or an answer.
public struct HeaderMutation: BitwiseCopyable, Sendable {
    /// What is done.
    public enum Action: UInt8, BitwiseCopyable, Sendable {
        /// One more line with this name.
        case append
        /// A line only if there is none.
        case addIfAbsent
        /// The only line with this name.
        case overwrite
        /// The only line with this name, if there was one.
        case overwriteIfPresent
        /// Every line with this name goes.
        case remove
    }

    /// What is done.
    public var action = Action.append
    /// Header name, in lower case.
    public var name = FlatText()
    /// New value.
    public var value = ValueTemplate()
    /// Appending to a line that exists makes it longer, with a comma, instead of adding one more line: what Envoy does
    /// for the headers it keeps in slots of their own.
    public var joins = false
    /// Keeps a line whose value came out empty (Envoy drops it otherwise).
    public var keepsEmptyValue = false
}

/// A header value with formatters (`%REQ(:path)%`), compiled.
public struct ValueTemplate: BitwiseCopyable, Sendable {
    /// Pieces, written one after the other.
    public var pieces = FlatArray<Piece>()

    /// One piece of a value.
    public struct Piece: BitwiseCopyable, Sendable {
        /// What it stands for.
        public var operation = Operation.literal
        /// Literal text, or the name of a header.
        public var text = FlatText()
        /// Name of a second header, tried when the first is absent.
        public var alternative = FlatText()
        /// Most bytes written; 0 for all.
        public var limit: UInt32 = 0
    }

    /// What a piece stands for.
    public enum Operation: UInt8, BitwiseCopyable, Sendable {
        case literal
        case requestHeader, responseHeader
        case downstreamRemoteAddress, downstreamRemoteAddressWithoutPort, downstreamRemotePort
        case downstreamDirectRemoteAddress, downstreamDirectRemoteAddressWithoutPort
        case downstreamLocalAddress, downstreamLocalAddressWithoutPort, downstreamLocalPort
        case upstreamHost, upstreamAddressWithoutPort, upstreamPort, upstreamHostname, upstreamProtocol, upstreamCluster
        /// The path, with its query or (`PATH(NQ)`) without.
        case path, pathWithoutQuery
        case queryParameter
        /// Which attempt this is, from 1.
        case attemptCount
        /// How the answer came about: `via_upstream`.
        case responseDetails
        case requestProtocol, requestedServerName, routeName, virtualHostName
        case responseCode, responseFlags, startTime
        case downstreamPeerURISAN
        /// Hostname of the proxy's machine.
        case hostname
        /// What Envoy writes as `-`, because nothing of the kind exists here.
        case absent
    }

    /// Whether it is text only, the same for every request.
    public var isConstant: Bool {
        pieces.allSatisfy { $0.operation == .literal }
    }
}
