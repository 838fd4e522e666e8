internal import TrafficModel

extension TLSSettings {
    /// The settings towards clients. Without anything to trust, and unless
    /// names or hashes are asked for, a client's certificate isn't checked.
    init(_ plan: DownstreamTLSPlan, tables: TrafficTables) throws(TLSFailure) {
        try self.init(plan.common, tables: tables)
        verifiesServerName = false
    }

    /// Modification times and sizes of the files named.
    var fileVersions: [UInt64] {
        var versions = TrustStore.version(certificate) + TrustStore.version(key) + TrustStore.version(revocationList)
        if case .authorities(let source) = trust { versions += TrustStore.version(source) }
        return versions
    }

    /// The settings of a compiled plan; secrets are looked up in `tables`.
    init(_ plan: TLSPlan, tables: TrafficTables) throws(TLSFailure) {
        self.init()
        var source = plan.trust
        var names = plan.names
        var revocation = plan.revocation
        var certificates = plan.certificateHashes
        var keys = plan.publicKeyHashes
        var expiredIsFine = plan.allowsExpired
        var agentTrust: Trust?
        if plan.trust.kind == .secret {
            if let validation = tables.secret(named: plan.trust.path).first?.validation.first {
                source = validation.trust
                if names.isEmpty { names = validation.names }
                if revocation.kind == .none { revocation = validation.revocation }
                if certificates.isEmpty { certificates = validation.certificateHashes }
                if keys.isEmpty { keys = validation.publicKeyHashes }
                expiredIsFine = expiredIsFine || validation.allowsExpired
            } else {
                agentTrust = Self.agentTrust(plan.trust.path.string)
                if agentTrust == nil { throw Self.missing(plan.trust.path.string) }
            }
        }
        if !plan.verifiesChain {
            trust = .none
        } else if let agentTrust {
            trust = agentTrust
        } else {
            switch source.kind {
            case .none, .system: trust = .system
            case .file: trust = .authorities(.file(source.path.string))
            case .inline: trust = .authorities(.inline(Array(source.inline.buffer)))
            case .secret: throw Self.missing(source.path.string)
            }
        }
        switch revocation.kind {
        case .file: revocationList = .file(revocation.path.string)
        case .inline: revocationList = .inline(Array(revocation.inline.buffer))
        case .none, .system, .secret: revocationList = nil
        }
        for name in names {
            let text = name.matcher.text.string
            let rule: NameMatcher.Rule
            switch name.matcher.kind {
            case .exact: rule = .exact(text)
            case .prefix: rule = .prefix(text)
            case .suffix: rule = .suffix(text)
            case .contains: rule = .contains(text)
            case .regex: rule = .regex(text)
            }
            self.names.append(
                NameMatcher(kind: Self.kind(name.kind), rule: rule, ignoresCase: name.matcher.ignoresCase))
        }
        certificateHashes = certificates.map { hash in
            hash.string.lowercased().split(separator: ":").joined()
        }
        publicKeyHashes = keys.map(\.string)
        allowsExpired = expiredIsFine
        checksOnlyLeaf = plan.checksOnlyLeaf
        maximumDepth = plan.maximumDepth
        cipherSuites = plan.cipherSuites.string
        curves = plan.curves.string
        verifiesServerName = plan.verifiesServerName
        if plan.serverName == .fixed { serverName = plan.serverNameText.string }
        try readCertificate(plan.certificate, tables)
        protocols = Self.readProtocols(plan.applicationProtocols)
        minimum = Self.version(plan.minimumVersion) ?? .tls12
        maximum = Self.version(plan.maximumVersion) ?? .tls13
        allowsRenegotiation = plan.allowsRenegotiation
        maximumSessions = plan.maximumSessions
    }

    private static func version(_ version: TLSPlan.Version) -> Version? {
        switch version {
        case .automatic: nil
        case .tls10: .tls10
        case .tls11: .tls11
        case .tls12: .tls12
        case .tls13: .tls13
        }
    }

    private mutating func readCertificate(_ plan: CredentialSource, _ tables: TrafficTables) throws(TLSFailure) {
        var source = plan
        if source.kind == .secret {
            guard let secret = tables.secret(named: plan.path).first else {
                guard let files = Self.agentCertificate(plan.path.string) else { throw Self.missing(plan.path.string) }
                (certificate, key) = (.file(files.certificate), .file(files.key))
                return
            }
            source = secret.certificate
        }
        switch source.kind {
        case .none: return
        case .file:
            certificate = .file(source.path.string)
            key = .file(source.keyPath.string)
        case .inline:
            certificate = .inline(Array(source.inline.buffer))
            key = .inline(Array(source.inlineKey.buffer))
        case .system, .secret: throw Self.missing(source.path.string)
        }
    }

    /// The trust that Istio's agent serves under a name: `file-root:system`,
    /// `file-root:PATH`.
    private static func agentTrust(_ name: String) -> Trust? {
        guard name.hasPrefix("file-root:") else { return nil }
        let path = String(name.dropFirst("file-root:".count))
        return path == "system" ? .system : .authorities(.file(path))
    }

    /// The files that Istio's agent serves under `file-cert:CERT~KEY`.
    private static func agentCertificate(_ name: String) -> (certificate: String, key: String)? {
        guard name.hasPrefix("file-cert:") else { return nil }
        let parts = name.dropFirst("file-cert:".count).split(separator: "~", maxSplits: 1).map(String.init)
        return parts.count == 2 ? (parts[0], parts[1]) : nil
    }

    private static func kind(_ kind: SubjectNameMatcher.Kind) -> NameMatcher.Kind {
        switch kind {
        case .any: .any
        case .dns: .dns
        case .uri: .uri
        case .email: .email
        case .address: .address
        }
    }

    private static func missing(_ name: String) -> TLSFailure {
        TLSFailure(kind: .configuration, detail: "the secret \(name) has not arrived")
    }

    /// ALPN names of their wire format.
    private static func readProtocols(_ wire: FlatText) -> [String] {
        var result: [String] = []
        var index = 0
        let bytes = wire.buffer
        while index < bytes.count {
            let length = Int(bytes[index])
            guard index + 1 + length <= bytes.count else { break }
            result.append(String(decoding: bytes[(index + 1)..<(index + 1 + length)], as: UTF8.self))
            index += 1 + length
        }
        return result
    }
}
