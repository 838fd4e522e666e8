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
        validation.verifyCertificateSpki = tls.keyHashes
        validation.verifyCertificateHash = tls.certificateHashes
        if !tls.revocations.isEmpty { validation.crl.filename = tls.revocations }
        if tls.acceptsAnyAuthority { validation.trustChainVerification = .acceptUntrusted }
        var roots: SecretSources.Reference?
        switch tls.mode {
        case .istioMutual:
            downstream.commonTlsContext.tlsCertificateSdsSecretConfigs = [TransportSockets.local("default", waits: true)]
            roots = TransportSockets.local("ROOTCA", waits: true)
        default:
            downstream.commonTlsContext.tlsCertificateSdsSecretConfigs = certificates(tls, secrets)
            if tls.mode == .mutual || tls.mode == .optionalMutual {
                roots = self.roots(tls, secrets)
            }
        }
        if let roots {
            downstream.commonTlsContext.combinedValidationContext.defaultValidationContext = validation
            downstream.commonTlsContext.combinedValidationContext.validationContextSdsSecretConfig = roots
        }
        return EnvoyTransportSocket("envoy.transport_sockets.tls", downstream)
    }

    private func certificates(_ tls: GatewayObject.Server.TLS, _ secrets: SecretSources) -> [SecretSources.Reference] {
        if !tls.credentialNames.isEmpty { return tls.credentialNames.map(secrets.certificate(credential:)) }
        if !tls.certificates.isEmpty { return tls.certificates.map { secrets.certificate(chain: $0.chain, key: $0.key) } }
        return [secrets.certificate(chain: tls.serverCertificate, key: tls.privateKey)]
    }

    private func roots(_ tls: GatewayObject.Server.TLS, _ secrets: SecretSources) -> SecretSources.Reference {
        if !tls.caCertCredentialName.isEmpty { return secrets.roots(credential: tls.caCertCredentialName) }
        if let name = tls.credentialNames.first { return secrets.roots(credential: name) }
        return secrets.roots(path: tls.caCertificates)
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
