internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

/// Transport sockets and secret sources, as Istio's proxies know them.
enum TransportSockets {
    static let plain = EnvoyTransportSocket(
        "envoy.transport_sockets.raw_buffer", Envoy_Extensions_TransportSockets_RawBuffer_V3_RawBuffer())

    static func tls(_ context: Envoy_Extensions_TransportSockets_Tls_V3_UpstreamTlsContext) -> EnvoyTransportSocket {
        EnvoyTransportSocket("envoy.transport_sockets.tls", context)
    }

    /// A secret that is served on this machine: identities and files.
    static func local(_ name: String, waits: Bool) -> Envoy_Extensions_TransportSockets_Tls_V3_SdsSecretConfig {
        var config = Envoy_Extensions_TransportSockets_Tls_V3_SdsSecretConfig()
        config.name = name
        config.sdsConfig = waits ? localWaiting : localSource
        return config
    }

    /// A secret that the control plane serves: credentials in objects.
    static func served(_ name: String) -> Envoy_Extensions_TransportSockets_Tls_V3_SdsSecretConfig {
        var config = Envoy_Extensions_TransportSockets_Tls_V3_SdsSecretConfig()
        config.name = name
        config.sdsConfig.ads = .init()
        config.sdsConfig.resourceApiVersion = .v3
        return config
    }

    /// A name in a certificate; its kind follows from how it is written.
    static func subjectAltName(
        _ name: String
    ) -> Envoy_Extensions_TransportSockets_Tls_V3_SubjectAltNameMatcher {
        var matcher = Envoy_Extensions_TransportSockets_Tls_V3_SubjectAltNameMatcher()
        matcher.matcher.exact = name
        matcher.sanType =
            if name.contains("://") { .uri } else if name.contains("@") { .email } else if IPAddress.isAddress(name) {
                .ipAddress
            } else { .dns }
        return matcher
    }

    static func parameters(_ config: MeshConfig.TLSConfig?) -> Envoy_Extensions_TransportSockets_Tls_V3_TlsParameters {
        var parameters = Envoy_Extensions_TransportSockets_Tls_V3_TlsParameters()
        parameters.tlsMinimumProtocolVersion = config?.minProtocolVersion == "TLSV1_3" ? .tlsv13 : .tlsv12
        parameters.tlsMaximumProtocolVersion = .tlsv13
        parameters.cipherSuites = config?.cipherSuites ?? []
        parameters.ecdhCurves = config?.ecdhCurves ?? []
        return parameters
    }

    private static let localSource: Envoy_Config_Core_V3_ConfigSource = {
        var service = Envoy_Config_Core_V3_GrpcService()
        service.envoyGrpc.clusterName = "sds-grpc"
        var source = Envoy_Config_Core_V3_ConfigSource()
        source.apiConfigSource.apiType = .grpc
        source.apiConfigSource.transportApiVersion = .v3
        source.apiConfigSource.grpcServices = [service]
        source.apiConfigSource.setNodeOnFirstMessageOnly = true
        source.resourceApiVersion = .v3
        return source
    }()

    private static let localWaiting: Envoy_Config_Core_V3_ConfigSource = {
        var source = localSource
        source.initialFetchTimeout = .zero
        return source
    }()
}
