public import MeshAPI

/// One request or connection that is asked about.
public struct TrafficQuery: ConfigFields {
    /// What is spoken on the connection.
    public enum ApplicationProtocol: String, ConfigEnum {
        case http, http2, tcp
    }

    /// What protects the connection.
    public enum Security: String, ConfigEnum {
        case plaintext, tls, mtls
    }

    /// Destination address. Empty: one that no service owns, as when the
    /// program resolved the name by itself; `dns`: the mesh's own answer for `host`.
    public var address = ""
    /// Destination port.
    public var port: Int32 = 0
    /// What is spoken.
    public var `protocol` = ApplicationProtocol.http
    /// What protects it.
    public var tls = Security.plaintext
    /// Host of the request.
    public var host = ""
    /// Server name of the ClientHello; `host` when nothing is written.
    public var sni = ""
    /// Application protocols of the ClientHello, separated by commas.
    public var alpn = ""
    /// Path with query. Default `/`.
    public var path = ""
    /// Method. Default `GET`.
    public var method = ""
    /// Headers.
    public var headers: [String: String] = [:]
    /// A name to be resolved, instead of a request.
    public var dns = ""
    /// Which record of it: `A` (the default) or `AAAA`.
    public var type = ""

    /// A question with nothing filled in.
    public init() {}

    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("address", &address)
        visitor.field("port", &port)
        visitor.field("protocol", &`protocol`)
        visitor.field("tls", &tls)
        visitor.field("host", &host)
        visitor.field("sni", &sni)
        visitor.field("alpn", &alpn)
        visitor.field("path", &path)
        visitor.field("method", &method)
        visitor.field("headers", &headers)
        visitor.field("dns", &dns)
        visitor.field("type", &type)
    }
}
