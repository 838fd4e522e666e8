internal import EnvoyAPI
internal import SwiftProtobuf

/// How a cluster speaks HTTP, gathered from several places and written once.
struct UpstreamHTTPOptions {
    enum Version { case http1, http2, asDownstream }

    var version: Version?
    var common: Envoy_Config_Core_V3_HttpProtocolOptions?
    var upstream: Envoy_Config_Core_V3_UpstreamHttpProtocolOptions?
    var http2 = Envoy_Config_Core_V3_Http2ProtocolOptions()

    var isHTTP2: Bool { version == .http2 }

    /// The options as the cluster carries them; nil when all is default.
    var typed: [String: Google_Protobuf_Any] {
        guard version != nil || common != nil || upstream != nil else { return [:] }
        if common == nil, upstream == nil, version == .http2, http2 == .init() { return Self.plainHTTP2 }
        if common == nil, version == nil, let upstream, upstream == Self.verifiedName { return Self.verified }
        return Self.wrap(message)
    }

    private var message: EnvoyHTTPOptions {
        var message = EnvoyHTTPOptions()
        if let common { message.commonHTTPProtocolOptions = common }
        if let upstream { message.upstreamHTTPProtocolOptions = upstream }
        switch version ?? .http1 {
        case .http1: message.explicitHTTPConfig.httpProtocolOptions = .init()
        case .http2: message.explicitHTTPConfig.http2ProtocolOptions = http2
        case .asDownstream:
            message.useDownstreamProtocolConfig.httpProtocolOptions = .init()
            message.useDownstreamProtocolConfig.http2ProtocolOptions = http2
        }
        return message
    }

    static let verifiedName: Envoy_Config_Core_V3_UpstreamHttpProtocolOptions = {
        var options = Envoy_Config_Core_V3_UpstreamHttpProtocolOptions()
        options.autoSni = true
        options.autoSanValidation = true
        return options
    }()

    // The two forms that nearly every external service has, packed once.
    private static let plainHTTP2 = wrap(UpstreamHTTPOptions(version: .http2).message)
    private static let verified = wrap(UpstreamHTTPOptions(upstream: verifiedName).message)

    private static func wrap(_ message: EnvoyHTTPOptions) -> [String: Google_Protobuf_Any] {
        ["envoy.extensions.upstreams.http.v3.HttpProtocolOptions": message.packed]
    }
}
