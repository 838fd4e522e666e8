internal import EnvoyAPI
internal import SwiftProtobuf

/// TLS contexts and secrets.
struct TLSCompiler {
    let arena: Arena

    func upstream(_ message: Envoy_Extensions_TransportSockets_Tls_V3_UpstreamTlsContext, _ path: String)
        throws(CompileError) -> TLSPlan
    {
        var plan = try common(message.commonTlsContext, "\(path).common_tls_context")
        if !message.sni.isEmpty {
            plan.serverName = .fixed
            plan.serverNameText = arena.text(message.sni)
        }
        if message.autoHostSni { plan.serverName = .endpointHost }
        plan.verifiesServerName = message.autoSniSanValidation
        plan.allowsRenegotiation = message.allowRenegotiation
        if message.hasMaxSessionKeys { plan.maximumSessions = message.maxSessionKeys.value }
        return plan
    }

    func common(_ message: Envoy_Extensions_TransportSockets_Tls_V3_CommonTlsContext, _ path: String)
        throws(CompileError) -> TLSPlan
    {
        if message.hasTlsCertificateProviderInstance { throw .unsupported("\(path).tls_certificate_provider_instance") }
        if message.hasCustomTlsCertificateSelector { throw .unsupported("\(path).custom_tls_certificate_selector") }
        if message.hasKeyLog { throw .unsupported("\(path).key_log") }
        if message.hasCustomHandshaker { throw .unsupported("\(path).custom_handshaker") }
        var plan = TLSPlan()
        let parameters = message.tlsParams
        plan.minimumVersion = version(parameters.tlsMinimumProtocolVersion)
        if plan.minimumVersion == .automatic { plan.minimumVersion = .tls12 }
        plan.maximumVersion = version(parameters.tlsMaximumProtocolVersion)
        plan.cipherSuites = arena.text(parameters.cipherSuites.joined(separator: ":"))
        plan.curves = arena.text(parameters.ecdhCurves.joined(separator: ":"))
        if !parameters.signatureAlgorithms.isEmpty { throw .unsupported("\(path).tls_params.signature_algorithms") }
        if !parameters.compliancePolicies.isEmpty { throw .unsupported("\(path).tls_params.compliance_policies") }
        if let long = message.alpnProtocols.first(where: { $0.utf8.isEmpty || $0.utf8.count > 255 }) {
            throw CompileError("\(path).alpn_protocols", "\"\(long)\" is no protocol name")
        }
        plan.applicationProtocols = arena.text(
            message.alpnProtocols.flatMap { [UInt8(clamping: $0.utf8.count)] + Array($0.utf8) })
        if message.tlsCertificates.count + message.tlsCertificateSdsSecretConfigs.count > 1 {
            throw CompileError("\(path).tls_certificates", "more than one certificate is not supported")
        }
        if let certificate = message.tlsCertificates.first {
            plan.certificate = try self.certificate(certificate, "\(path).tls_certificates[0]")
        } else if let secret = message.tlsCertificateSdsSecretConfigs.first {
            plan.certificate = source(secretNamed: secret.name)
        }
        switch message.validationContextType {
        case .validationContext(let context): try validation(context, "\(path).validation_context", &plan)
        case .validationContextSdsSecretConfig(let secret):
            plan.trust = source(secretNamed: secret.name)
            plan.verifiesChain = true
        case .combinedValidationContext(let combined):
            try validation(
                combined.defaultValidationContext, "\(path).combined_validation_context.default_validation_context",
                &plan)
            plan.trust = source(secretNamed: combined.validationContextSdsSecretConfig.name)
            plan.verifiesChain = combined.defaultValidationContext.trustChainVerification != .acceptUntrusted
        case nil: break
        }
        return plan
    }

    private func version(_ version: Envoy_Extensions_TransportSockets_Tls_V3_TlsParameters.TlsProtocol)
        -> TLSPlan.Version
    {
        switch version {
        case .tlsAuto, .UNRECOGNIZED: .automatic
        case .tlsv10: .tls10
        case .tlsv11: .tls11
        case .tlsv12: .tls12
        case .tlsv13: .tls13
        }
    }

    private func source(secretNamed name: String) -> CredentialSource {
        var source = CredentialSource()
        source.kind = .secret
        source.path = arena.text(name)
        return source
    }

    func certificate(_ message: Envoy_Extensions_TransportSockets_Tls_V3_TlsCertificate, _ path: String)
        throws(CompileError) -> CredentialSource
    {
        if message.hasPkcs12 { throw .unsupported("\(path).pkcs12") }
        if message.hasPassword { throw .unsupported("\(path).password") }
        if !message.signedCertificateTimestamp.isEmpty { throw .unsupported("\(path).signed_certificate_timestamp") }
        if message.hasTlsParams { throw .unsupported("\(path).tls_params") }
        if message.hasOcspStaple { throw .unsupported("\(path).ocsp_staple") }
        var source = try self.source(message.certificateChain, "\(path).certificate_chain")
        let key = try self.source(message.privateKey, "\(path).private_key")
        source.keyPath = key.path
        source.inlineKey = key.inline
        return source
    }

    private func source(_ message: Envoy_Config_Core_V3_DataSource, _ path: String) throws(CompileError)
        -> CredentialSource
    {
        var source = CredentialSource()
        switch message.specifier {
        case .filename(let name):
            source.kind = .file
            source.path = arena.text(name)
        case .inlineBytes(let bytes):
            source.kind = .inline
            source.inline = arena.text([UInt8](bytes))
        case .inlineString(let text):
            source.kind = .inline
            source.inline = arena.text(text)
        case .environmentVariable: throw .unsupported("\(path).environment_variable")
        case nil: break
        }
        return source
    }

    func validation(
        _ message: Envoy_Extensions_TransportSockets_Tls_V3_CertificateValidationContext, _ path: String,
        _ plan: inout TLSPlan
    ) throws(CompileError) {
        if message.hasCaCertificateProviderInstance { throw .unsupported("\(path).ca_certificate_provider_instance") }
        if message.hasCustomValidatorConfig { throw .unsupported("\(path).custom_validator_config") }
        if message.requireSignedCertificateTimestamp.value {
            throw .unsupported("\(path).require_signed_certificate_timestamp")
        }
        plan.trust = try source(message.trustedCa, "\(path).trusted_ca")
        if message.hasSystemRootCerts, plan.trust.kind == .none { plan.trust.kind = .system }
        plan.verifiesChain = plan.trust.kind != .none && message.trustChainVerification != .acceptUntrusted
        plan.allowsExpired = message.allowExpiredCertificate
        plan.checksOnlyLeaf = message.onlyVerifyLeafCertCrl
        if message.hasMaxVerifyDepth { plan.maximumDepth = message.maxVerifyDepth.value }
        plan.revocation = try source(message.crl, "\(path).crl")
        plan.certificateHashes = arena.array(message.verifyCertificateHash.map(arena.text))
        plan.publicKeyHashes = arena.array(message.verifyCertificateSpki.map(arena.text))
        let matchers = MatcherCompiler(arena: arena)
        var names: [SubjectNameMatcher] = []
        for (index, name) in message.matchSubjectAltNames.enumerated() {
            let matcher = try matchers.string(name, "\(path).match_subject_alt_names[\(index)]")
            names.append(SubjectNameMatcher(kind: .any, matcher: matcher))
        }
        for (index, name) in message.matchTypedSubjectAltNames.enumerated() {
            let own = "\(path).match_typed_subject_alt_names[\(index)]"
            let kind: SubjectNameMatcher.Kind
            switch name.sanType {
            case .dns: kind = .dns
            case .uri: kind = .uri
            case .email: kind = .email
            case .ipAddress: kind = .address
            case .unspecified, .otherName, .UNRECOGNIZED: throw .unsupported("\(own).san_type")
            }
            names.append(SubjectNameMatcher(kind: kind, matcher: try matchers.string(name.matcher, "\(own).matcher")))
        }
        plan.names = arena.array(names)
    }

    func secret(_ message: Envoy_Extensions_TransportSockets_Tls_V3_Secret) throws(CompileError) -> SecretPlan {
        var plan = SecretPlan()
        plan.name = arena.text(message.name)
        switch message.type {
        case .tlsCertificate(let certificate):
            plan.certificate = try self.certificate(certificate, "tls_certificate")
        case .validationContext(let context):
            var tls = TLSPlan()
            try validation(context, "validation_context", &tls)
            plan.validation = arena.single(tls)
        case .sessionTicketKeys: throw .unsupported("session_ticket_keys")
        case .genericSecret: break
        case nil: throw CompileError("type", "none is set, or one that is not supported")
        }
        return plan
    }
}
