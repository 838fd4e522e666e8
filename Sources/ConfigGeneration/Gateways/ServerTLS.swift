internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

/// TLS on the side of a gateway's clients.
struct ServerTLS {
    let context: ProxyContext

    func transportSocket(_ tls: GatewayObject.Server.TLS, isHTTP: Bool) -> EnvoyTransportSocket {
        var downstream = Envoy_Extensions_TransportSockets_Tls_V3_DownstreamTlsContext()
        if isHTTP { downstream.commonTlsContext.alpnProtocols = ["h2", "http/1.1"] }
        downstream.requireClientCertificate = .init(tls.mode == .mutual || tls.mode == .istioMutual)
        applyParameters(tls, &downstream)
        let secrets = SecretSources(context: context)
        var validation = Envoy_Extensions_TransportSockets_Tls_V3_CertificateValidationContext()
        validation.matchTypedSubjectAltNames = tls.subjectAltNames.map(TransportSockets.subjectAltName)
        var roots: SecretSources.Reference?
        switch tls.mode {
        case .istioMutual:
            downstream.commonTlsContext.tlsCertificateSdsSecretConfigs = [TransportSockets.local("default", waits: true)]
            roots = TransportSockets.local("ROOTCA", waits: true)
        default:
            let usesCredential = !tls.credentialName.isEmpty
            downstream.commonTlsContext.tlsCertificateSdsSecretConfigs = [
                usesCredential
                    ? secrets.certificate(credential: tls.credentialName)
                    : secrets.certificate(chain: tls.serverCertificate, key: tls.privateKey)
            ]
            if tls.mode == .mutual || tls.mode == .optionalMutual {
                roots = usesCredential
                    ? secrets.roots(credential: tls.credentialName) : secrets.roots(path: tls.caCertificates)
            }
        }
        if let roots {
            downstream.commonTlsContext.combinedValidationContext.defaultValidationContext = validation
            downstream.commonTlsContext.combinedValidationContext.validationContextSdsSecretConfig = roots
        }
        return EnvoyTransportSocket("envoy.transport_sockets.tls", downstream)
    }

    private func applyParameters(
        _ tls: GatewayObject.Server.TLS,
        _ context: inout Envoy_Extensions_TransportSockets_Tls_V3_DownstreamTlsContext
    ) {
        typealias Version = Envoy_Extensions_TransportSockets_Tls_V3_TlsParameters.TlsProtocol
        let versions: [String: Version] = [
            "TLSV1_0": .tlsv10, "TLSV1_1": .tlsv11, "TLSV1_2": .tlsv12, "TLSV1_3": .tlsv13,
        ]
        if let version = versions[tls.minProtocolVersion] {
            context.commonTlsContext.tlsParams.tlsMinimumProtocolVersion = version
        }
        if let version = versions[tls.maxProtocolVersion] {
            context.commonTlsContext.tlsParams.tlsMaximumProtocolVersion = version
        }
        if !tls.cipherSuites.isEmpty { context.commonTlsContext.tlsParams.cipherSuites = tls.cipherSuites }
    }
}
