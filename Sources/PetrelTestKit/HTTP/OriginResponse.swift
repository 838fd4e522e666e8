/// How an origin answers a request, including the ways it may misbehave.
public struct OriginResponse: Sendable {
    /// The body and how its end is shown.
    public enum Body: Sendable {
        /// Announced by `Content-Length`.
        case bytes([UInt8])
        /// Sent as these chunks, with trailers if there are any.
        case chunks([[UInt8]])
        /// Ended by closing the connection (RFC 9112 section 6.3, rule 8).
        case untilClose([UInt8])
        /// The whole answer, status line included, exactly as given.
        case raw([UInt8])
    }

    /// What happens after a number of bytes of the answer.
    public enum Cut: Sendable {
        /// The connection is closed (FIN).
        case close(after: Int)
        /// The connection is reset (RST).
        case reset(after: Int)
        /// The rest waits for the gate.
        case stall(after: Int, Gate)
    }

    /// The status code.
    public var status: Int

    /// The reason phrase.
    public var reason: String

    /// The header fields in order. `Content-Length` and `Transfer-Encoding`
    /// are added for the body unless given here.
    public var headers: [HeaderField]

    /// The body.
    public var body: Body

    /// The trailer fields after a chunked body.
    public var trailers: [HeaderField] = []

    /// What must open before the answer begins.
    public var gate: Gate?

    /// Where the answer breaks off.
    public var cut: Cut?

    /// Whether the connection is closed after the answer.
    public var closesConnection = false

    /// Creates a response.
    public init(
        status: Int = 200, reason: String = "", headers: [HeaderField] = [],
        body: Body = .bytes([])
    ) {
        self.status = status
        self.reason = reason
        self.headers = headers
        self.body = body
    }

    /// A plain-text page.
    public static func text(
        _ text: String, status: Int = 200
    ) -> OriginResponse {
        OriginResponse(
            status: status,
            headers: [HeaderField("content-type", "text/plain")],
            body: .bytes(Array(text.utf8)))
    }

    /// A body sent in chunks.
    public static func chunked(
        _ chunks: [String], trailers: [HeaderField] = []
    ) -> OriginResponse {
        var response = OriginResponse(
            body: .chunks(chunks.map { Array($0.utf8) }))
        response.trailers = trailers
        return response
    }

    /// These bytes and nothing else, then the connection stays open.
    public static func raw(_ text: String) -> OriginResponse {
        OriginResponse(body: .raw(Array(text.utf8)))
    }

    /// The connection is closed without an answer.
    public static var noAnswer: OriginResponse {
        OriginResponse.raw("").cut(.close(after: 0))
    }

    /// The same answer, begun only when the gate opens.
    public func delayed(until gate: Gate) -> OriginResponse {
        var copy = self
        copy.gate = gate
        return copy
    }

    /// The same answer, broken off.
    public func cut(_ cut: Cut) -> OriginResponse {
        var copy = self
        copy.cut = cut
        return copy
    }

    /// The same answer, after which the connection is closed.
    public func closing() -> OriginResponse {
        var copy = self
        copy.closesConnection = true
        return copy
    }
}

extension OriginResponse {
    /// The answer as it goes on the wire.
    func encoded(forMethod method: String) -> [UInt8] {
        if case .raw(let bytes) = body { return bytes }
        var fields = headers
        if closesConnection { fields.append(HeaderField("connection", "close")) }
        var payload: [UInt8] = []
        switch body {
        case .bytes(let bytes):
            payload = bytes
            if allowsBody, fields.first(named: "content-length") == nil,
                fields.first(named: "transfer-encoding") == nil
            {
                fields.append(HeaderField("content-length", "\(bytes.count)"))
            }
        case .chunks(let chunks):
            for chunk in chunks {
                payload += Array("\(String(chunk.count, radix: 16))\r\n".utf8)
                payload += chunk + [13, 10]
            }
            payload += Array("0\r\n".utf8)
            payload += trailers.flatMap { Array("\($0)\r\n".utf8) } + [13, 10]
            if fields.first(named: "transfer-encoding") == nil {
                fields.append(HeaderField("transfer-encoding", "chunked"))
            }
        case .untilClose(let bytes):
            payload = bytes
        case .raw: break
        }
        let phrase = reason.isEmpty ? Self.phrase(of: status) : reason
        let head = "HTTP/1.1 \(status) \(phrase)\r\n"
            + fields.map { "\($0)\r\n" }.joined() + "\r\n"
        let hasBody = allowsBody && method != "HEAD"
        return Array(head.utf8) + (hasBody ? payload : [])
    }

    var endsConnection: Bool {
        if case .untilClose = body { return true }
        return closesConnection
    }

    private var allowsBody: Bool {
        status >= 200 && status != 204 && status != 304
    }

    private static func phrase(of status: Int) -> String {
        switch status {
        case 200: "OK"
        case 204: "No Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 404: "Not Found"
        case 500: "Internal Server Error"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        default: "Status"
        }
    }
}
