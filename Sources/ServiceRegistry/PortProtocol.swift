/// The protocol of a service port, which decides the kind of listener it gets.
public enum PortProtocol: String, Sendable, Hashable {
    case http = "HTTP"
    case http2 = "HTTP2"
    case grpc = "GRPC"
    case grpcWeb = "GRPC-Web"
    case https = "HTTPS"
    case tls = "TLS"
    case tcp = "TCP"
    case mongo = "Mongo"
    case mysql = "MySQL"
    case redis = "Redis"
    case udp = "UDP"
    case hbone = "HBONE"
    /// An explicit proxy port, in `Sidecar` egress listeners only.
    case httpProxy = "HTTP_PROXY"
    /// Not declared: found out from the first bytes of a connection.
    case unsupported = "UnsupportedProtocol"

    /// Reads the word of a `protocol` or `appProtocol` field, in any case.
    public init(word: String) {
        switch word.lowercased() {
        case "tcp": self = .tcp
        case "udp": self = .udp
        case "grpc": self = .grpc
        case "grpc-web": self = .grpcWeb
        case "http": self = .http
        case "http_proxy": self = .httpProxy
        case "http2": self = .http2
        case "https": self = .https
        case "tls": self = .tls
        case "mongo": self = .mongo
        case "redis": self = .redis
        case "mysql": self = .mysql
        case "hbone": self = .hbone
        default: self = .unsupported
        }
    }

    /// The protocol of a port as declared: by its protocol field, else by
    /// the prefix of its name (`http-web`, `grpc-web-api`, `tls`).
    public init(declared: String, portName: String) {
        if !declared.isEmpty {
            self.init(word: declared)
        } else {
            self.init(portName: portName)
        }
    }

    /// The protocol that a port's name says, up to the first dash.
    init(portName: String) {
        if portName.lowercased().hasPrefix("grpc-web") {
            self = .grpcWeb
            return
        }
        self.init(word: String(portName.prefix { $0 != "-" }))
    }

    /// Requests can be routed by host and path.
    public var isHTTP: Bool {
        switch self {
        case .http, .http2, .grpc, .grpcWeb, .httpProxy, .hbone: true
        default: false
        }
    }

    /// Requests can be routed, or it will be found out whether they can.
    public var isHTTPOrSniffed: Bool { isHTTP || self == .unsupported }

    /// Upstream connections speak HTTP/2.
    public var isHTTP2: Bool {
        switch self {
        case .http2, .grpc, .grpcWeb: true
        default: false
        }
    }

    /// The application itself speaks TLS; routed by server name.
    public var isTLS: Bool { self == .https || self == .tls }

    /// Bytes are forwarded as they are.
    public var isTCP: Bool {
        switch self {
        case .tcp, .https, .tls, .mongo, .redis, .mysql: true
        default: false
        }
    }
}
