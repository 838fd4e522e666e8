internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

private typealias UpstreamTLS = Envoy_Extensions_TransportSockets_Tls_V3_UpstreamTlsContext
private typealias Validation = Envoy_Extensions_TransportSockets_Tls_V3_CertificateValidationContext

extension ClusterPlan {
    /// Sets up TLS to the upstream, by the rule or, inside the mesh, by what
    /// each endpoint says of itself.
    /// - Returns: whether the proxy originates TLS towards outside servers.
    func applyTLS(_ cluster: inout EnvoyCluster, _ http: inout UpstreamHTTPOptions) -> Bool {
        guard let settings = policy.tls else {
            applyMeshTLS(&cluster, http)
            return false
        }
        switch settings.mode {
        case .disable: return false
        case .istioMutual:
            let names = settings.subjectAltNames.isEmpty ? identities : settings.subjectAltNames
            let sni = settings.sni.isEmpty ? meshSNI : settings.sni
            cluster.transportSocket = TransportSockets.tls(meshTLS(names: names, sni: sni, http))
            return false
        case .simple, .mutual:
            return applyOrigination(settings, &cluster, &http)
        }
    }

    // MARK: - Inside the mesh

    private var meshSNI: String {
        Names.sni(port: port.number, subset: subset?.name ?? "", host: service.hostname)
    }

    /// Identities that the service's endpoints may show.
    private var identities: [String] {
        let own = context.snapshot.endpoints(of: service, port: port).map(\.identity)
        return Set(own + service.subjectAltNames).subtracting([""]).sorted()
    }

    private func applyMeshTLS(_ cluster: inout EnvoyCluster, _ http: UpstreamHTTPOptions) {
        guard context.mesh.enableAutoMtls ?? true, !service.isMeshExternal, context.snapshot.acceptsMutualTLS(service)
        else { return }
        var secured = EnvoyCluster.TransportSocketMatch()
        secured.name = "tlsMode-istio"
        secured.match = Google_Protobuf_Struct(fields: ["tlsMode": .init(stringValue: "istio")])
        secured.transportSocket = TransportSockets.tls(meshTLS(names: identities, sni: meshSNI, http))
        var plain = EnvoyCluster.TransportSocketMatch()
        plain.name = "tlsMode-disabled"
        plain.match = Google_Protobuf_Struct()
        plain.transportSocket = TransportSockets.plain
        cluster.transportSocketMatches = [secured, plain]
    }

    private func meshTLS(names: [String], sni: String, _ http: UpstreamHTTPOptions) -> UpstreamTLS {
        var tls = UpstreamTLS()
        tls.commonTlsContext.tlsParams = TransportSockets.parameters(context.mesh.meshMTLS)
        tls.commonTlsContext.tlsCertificateSdsSecretConfigs = [TransportSockets.local("default", waits: true)]
        tls.commonTlsContext.combinedValidationContext.defaultValidationContext = Self.validation(names: names)
        tls.commonTlsContext.combinedValidationContext.validationContextSdsSecretConfig =
            TransportSockets.local("ROOTCA", waits: true)
        tls.commonTlsContext.alpnProtocols = ["istio-peer-exchange", "istio"] + (http.isHTTP2 ? ["h2"] : [])
        tls.sni = sni
        return tls
    }

    // MARK: - To outside servers

    private func applyOrigination(
        _ settings: ClientTLSSettings, _ cluster: inout EnvoyCluster, _ http: inout UpstreamHTTPOptions
    ) -> Bool {
        // A credential of one workload must not be handed to all: without a
        // workloadSelector sidecars leave such a rule alone, as in Istio.
        let isShared = context.proxy.type == .sidecar && rule?.spec.workloadSelector == nil
        if isShared, !settings.credentialName.isEmpty, !settings.credentialName.hasPrefix("configmap://") {
            return false
        }
        let skipsVerification = settings.insecureSkipVerify ?? false
        if settings.sni.isEmpty {
            var upstream = Envoy_Config_Core_V3_UpstreamHttpProtocolOptions()
            upstream.autoSni = true
            upstream.autoSanValidation = settings.subjectAltNames.isEmpty && !skipsVerification
            http.upstream = upstream
        }
        let names = settings.subjectAltNames.isEmpty && service.registry == .external
            ? service.subjectAltNames : settings.subjectAltNames
        cluster.transportSocket = TransportSockets.tls(origination(settings, names: names, http))
        return true
    }

    private func origination(
        _ settings: ClientTLSSettings, names: [String], _ http: UpstreamHTTPOptions
    ) -> UpstreamTLS {
        let secrets = SecretSources(context: context)
        var tls = UpstreamTLS()
        tls.sni = settings.sni
        tls.commonTlsContext.tlsParams = TransportSockets.parameters(context.mesh.tlsDefaults)
        if http.isHTTP2 { tls.commonTlsContext.alpnProtocols = ["h2"] }
        if settings.mode == .mutual {
            tls.commonTlsContext.tlsCertificateSdsSecretConfigs = [secrets.clientCertificate(settings)]
        }
        if settings.insecureSkipVerify ?? false {
            tls.commonTlsContext.validationContext = .init()
            return tls
        }
        var validation = Self.validation(names: names)
        if !settings.caCrl.isEmpty { validation.crl.filename = settings.caCrl }
        tls.commonTlsContext.combinedValidationContext.defaultValidationContext = validation
        tls.commonTlsContext.combinedValidationContext.validationContextSdsSecretConfig =
            secrets.trustedRoots(settings)
        return tls
    }

    private static func validation(names: [String]) -> Validation {
        var validation = Validation()
        validation.matchTypedSubjectAltNames = names.map(TransportSockets.subjectAltName)
        return validation
    }
}
