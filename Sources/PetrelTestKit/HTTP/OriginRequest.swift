/// A request as an origin received it.
public struct OriginRequest: Sendable {
    /// Its number at this origin, from 0, in order of completion.
    public internal(set) var number: Int

    /// The number of the connection it came on, from 0.
    public var connection: Int

    /// The method, such as `GET`.
    public var method: String

    /// The request target as sent: path and query, or what stood there.
    public var target: String

    /// The version, such as `HTTP/1.1`.
    public var version: String

    /// The header fields in order, names as sent.
    public var headers: [HeaderField]

    /// The body without its framing.
    public var body: [UInt8]

    /// The trailer fields of a chunked body.
    public var trailers: [HeaderField]

    /// What the connection's TLS handshake agreed on; nil in plain text.
    public var tls: RecordedConnection.TLS?

    /// The target without its query.
    public var path: String {
        String(target.prefix { $0 != "?" })
    }

    /// The authority asked for: the `Host` field.
    public var host: String? { headers.first(named: "host") }

    /// The value of the first header field with this name.
    public func header(_ name: String) -> String? {
        headers.first(named: name)
    }

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }
}
