internal import CNIOBoringSSL

/// What ALPN settled on for a connection.
enum NegotiatedProtocol: UInt8, BitwiseCopyable {
    /// Nothing: no TLS, or one side has no preference.
    case none
    case http1
    case http2
    /// A protocol that isn't HTTP.
    case other

    init(of session: OpaquePointer) {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(session, &name, &count)
        guard let name, count > 0 else {
            self = .none
            return
        }
        let text = String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
        switch text {
        case "h2": self = .http2
        case "http/1.1", "http/1.0": self = .http1
        default: self = .other
        }
    }
}
