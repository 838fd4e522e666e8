/// The protocol of a port, as far as the mesh tells protocols apart.
public enum NetworkProtocol: String, Sendable, CaseIterable {
    /// HTTP/1.1.
    case http = "HTTP"
    /// HTTP/2 without TLS.
    case http2 = "HTTP2"
    /// gRPC.
    case grpc = "GRPC"
    /// gRPC for browsers.
    case grpcWeb = "GRPC-WEB"
    /// An explicit HTTP proxy; for sidecars.
    case httpProxy = "HTTP_PROXY"
    /// HTTP over TLS that the client originates.
    case https = "HTTPS"
    /// Anything over TLS that the client originates.
    case tls = "TLS"
    /// Anything.
    case tcp = "TCP"
    /// MongoDB.
    case mongo = "MONGO"
    /// MySQL.
    case mysql = "MYSQL"
    /// Redis.
    case redis = "REDIS"
    /// Datagrams.
    case udp = "UDP"

    /// The protocol of a name in any case, or nil when it isn't known or empty.
    public init?(name: String) { self.init(rawValue: name.uppercased()) }

    /// Whether requests carry a host.
    public var isHTTP: Bool {
        switch self {
        case .http, .http2, .grpc, .grpcWeb, .httpProxy: true
        default: false
        }
    }

    /// Whether connections carry a server name.
    public var isTLS: Bool { self == .https || self == .tls }

    /// Whether the mesh treats it as connections rather than requests.
    public var isTCP: Bool {
        switch self {
        case .tcp, .https, .tls, .mongo, .mysql, .redis: true
        default: false
        }
    }
}
