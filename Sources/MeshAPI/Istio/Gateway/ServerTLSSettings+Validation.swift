extension ServerTLSSettings {
    private static let ciphers: Set<String> = [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA",
        "ECDHE-ECDSA-AES256-SHA", "ECDHE-RSA-AES256-SHA", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-RSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA384",
        "ECDHE-RSA-AES256-SHA384", "ECDHE-PSK-AES128-CBC-SHA", "ECDHE-PSK-AES256-CBC-SHA", "ECDHE-PSK-CHACHA20-POLY1305", "AES128-GCM-SHA256",
        "AES256-GCM-SHA384", "AES128-SHA", "AES256-SHA", "AES128-SHA256", "AES256-SHA256", "PSK-AES128-CBC-SHA", "PSK-AES256-CBC-SHA",
        "DES-CBC3-SHA",
    ]

    func validate(_ context: ValidationContext) {
        warnOfCiphers(context)
        if mode != .istioMutual { validateSources(context) }
        switch mode {
        case .istioMutual: validateOwnCertificates(context)
        case .passthrough, .autoPassthrough:
            let files = [caCrl, serverCertificate, privateKey, caCertificates, credentialName]
            if files.contains(where: { !$0.isEmpty }) || !credentialNames.isEmpty || !tlsCertificates.isEmpty {
                context.warn(.invalidServerTLS, "\(mode.rawValue) mode does not use certificates, they will be ignored")
            }
        case .simple: validateCertificates("SIMPLE", needsAuthority: false, context)
        case .mutual, .optionalMutual: validateCertificates("MUTUAL", needsAuthority: true, context)
        }
    }

    private func warnOfCiphers(_ context: ValidationContext) {
        if minProtocolVersion == .tls10 || minProtocolVersion == .tls11, cipherSuites.isEmpty {
            context.warn(
                .invalidServerTLS,
                "TLS version below TLSV1_2 require setting compatible ciphers as by default they no longer include compatible ciphers.")
        }
        let unknown = Set(cipherSuites.filter { !Self.ciphers.contains($0) })
        var seen: Set<String> = []
        let duplicates = Set(cipherSuites.filter { !unknown.contains($0) && !seen.insert($0).inserted })
        if !unknown.isEmpty { context.warn(.invalidServerTLS, "ignoring invalid cipher suites: [\(unknown.sorted().joined(separator: " "))]") }
        if !duplicates.isEmpty { context.warn(.invalidServerTLS, "ignoring duplicate cipher suites: [\(duplicates.sorted().joined(separator: " "))]") }
    }

    /// The mesh brings its own certificates.
    private func validateOwnCertificates(_ context: ValidationContext) {
        let extras = [
            (!serverCertificate.isEmpty, "server certificate"), (!privateKey.isEmpty, "private key"), (!caCertificates.isEmpty, "CA bundle"),
            (!credentialName.isEmpty, "credentialName"), (!credentialNames.isEmpty, "credentialNames"),
            (!tlsCertificates.isEmpty, "tlsCertificates"),
        ]
        for (isSet, subject) in extras where isSet {
            context.error(.invalidServerTLS, "ISTIO_MUTUAL TLS cannot have associated \(subject)")
        }
    }

    /// The certificate comes from one place.
    private func validateSources(_ context: ValidationContext) {
        let hasFiles = !serverCertificate.isEmpty && !privateKey.isEmpty
        let sources = [!credentialName.isEmpty, !credentialNames.isEmpty, hasFiles, !tlsCertificates.isEmpty]
        if sources.count(where: { $0 }) > 1 {
            context.error(
                .invalidServerTLS,
                "only one of credential_name, credential_names, server_certificate/private_key, tls_certificates should be specified")
        }
    }

    private func validateCertificates(_ title: String, needsAuthority: Bool, _ context: ValidationContext) {
        func refuse(_ message: String) { context.error(.invalidServerTLS, message) }
        if !credentialName.isEmpty || !credentialNames.isEmpty { return }
        if !caCrl.isEmpty, mode == .simple { refuse("CRL is not supported with SIMPLE TLS") }
        if tlsCertificates.count > 2 {
            context.warn(.invalidServerTLS, "\(title) TLS can support up to 2 server certificates")
        }
        if tlsCertificates.isEmpty {
            if serverCertificate.isEmpty { refuse("\(title) TLS requires a server certificate; write credentialName, or serverCertificate and privateKey") }
            if privateKey.isEmpty { refuse("\(title) TLS requires a private key; write credentialName, or serverCertificate and privateKey") }
        } else {
            context.each("tlsCertificates", tlsCertificates) { _, certificate in
                if certificate.serverCertificate.isEmpty { refuse("\(title) TLS requires a server certificate") }
                if certificate.privateKey.isEmpty { refuse("\(title) TLS requires a private key") }
            }
        }
        if needsAuthority, caCertificates.isEmpty { refuse("MUTUAL TLS requires a client CA bundle; write caCertificates") }
    }
}
