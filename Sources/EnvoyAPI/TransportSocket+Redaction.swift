internal import SwiftProtobuf

extension Envoy_Config_Cluster_V3_Cluster {
    /// The same cluster without the private keys in its TLS settings.
    public var redacted: Self {
        var copy = self
        if copy.hasTransportSocket { copy.transportSocket = copy.transportSocket.redacted }
        for index in copy.transportSocketMatches.indices where copy.transportSocketMatches[index].hasTransportSocket {
            copy.transportSocketMatches[index].transportSocket = copy.transportSocketMatches[index].transportSocket.redacted
        }
        return copy
    }
}

extension Envoy_Config_Listener_V3_Listener {
    /// The same listener without the private keys in its TLS settings.
    public var redacted: Self {
        var copy = self
        for index in copy.filterChains.indices where copy.filterChains[index].hasTransportSocket {
            copy.filterChains[index].transportSocket = copy.filterChains[index].transportSocket.redacted
        }
        if copy.hasDefaultFilterChain, copy.defaultFilterChain.hasTransportSocket {
            copy.defaultFilterChain.transportSocket = copy.defaultFilterChain.transportSocket.redacted
        }
        return copy
    }
}

extension Envoy_Config_Core_V3_TransportSocket {
    /// The same socket without private keys, also in a socket that it wraps.
    public var redacted: Self {
        typealias Upstream = Envoy_Extensions_TransportSockets_Tls_V3_UpstreamTlsContext
        typealias Downstream = Envoy_Extensions_TransportSockets_Tls_V3_DownstreamTlsContext
        typealias Wrapper = Envoy_Extensions_TransportSockets_ProxyProtocol_V3_ProxyProtocolUpstreamTransport
        var copy = self
        if var context = try? typedConfig.unpackIfMatching(Upstream.self) {
            context.commonTlsContext.redact()
            copy.typedConfig = Google_Protobuf_Any(packing: context)
        } else if var context = try? typedConfig.unpackIfMatching(Downstream.self) {
            context.commonTlsContext.redact()
            copy.typedConfig = Google_Protobuf_Any(packing: context)
        } else if var wrapper = try? typedConfig.unpackIfMatching(Wrapper.self) {
            wrapper.transportSocket = wrapper.transportSocket.redacted
            copy.typedConfig = Google_Protobuf_Any(packing: wrapper)
        }
        return copy
    }
}

extension Envoy_Extensions_TransportSockets_Tls_V3_CommonTlsContext {
    fileprivate mutating func redact() {
        for index in tlsCertificates.indices { tlsCertificates[index].redact() }
    }
}
