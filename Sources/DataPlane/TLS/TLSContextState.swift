internal import CNIOBoringSSL
internal import Glibc
internal import TrafficModel

/// What the callbacks of one TLS context need. BoringSSL holds it as long as
/// the context, and the context as long as any connection made from it.
final class TLSContextState {
    let settings: TLSSettings
    /// Sessions by server name. Sharing one between names would let a
    /// certificate checked for one name stand for another.
    private var sessions: [String: OpaquePointer] = [:]
    /// What the verification that just ran found; taken right after.
    private var failure: TLSFailure?
    private let patterns: [String: Pattern]
    /// ALPN of a server in its wire format; callbacks return pointers into it.
    private let protocols: UnsafeMutableBufferPointer<UInt8>

    init(_ settings: TLSSettings) throws(TLSFailure) {
        self.settings = settings
        var patterns: [String: Pattern] = [:]
        for name in settings.names {
            guard case .regex(let text) = name.rule else { continue }
            guard let pattern = Pattern(text) else {
                throw TLSFailure(kind: .configuration, detail: "the pattern \(text)")
            }
            patterns[text] = pattern
        }
        self.patterns = patterns
        let wire = Self.wire(settings.protocols)
        protocols = .allocate(capacity: wire.count)
        _ = protocols.initialize(from: wire)
    }

    deinit {
        protocols.deallocate()
        for session in sessions.values { SSL_SESSION_free(session) }
    }

    /// Where contexts keep it; freed with the context.
    static let index = SSL_CTX_get_ex_new_index(0, nil, nil, nil) { _, state, _, _, _, _ in
        if let state { Unmanaged<TLSContextState>.fromOpaque(state).release() }
    }

    static func of(_ ssl: OpaquePointer) -> TLSContextState? {
        guard let context = SSL_get_SSL_CTX(ssl), let data = SSL_CTX_get_ex_data(context, index) else { return nil }
        return Unmanaged<TLSContextState>.fromOpaque(data).takeUnretainedValue()
    }

    /// Protocol names, each behind its length.
    static func wire(_ names: [String]) -> [UInt8] {
        names.flatMap { [UInt8(truncatingIfNeeded: $0.utf8.count)] + Array($0.utf8) }
    }

    /// Our first protocol that the client offers.
    func choose(_ offered: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        var own = 0
        while own < protocols.count {
            let ours = UnsafeBufferPointer(rebasing: protocols[(own + 1)..<(own + 1 + Int(protocols[own]))])
            var index = 0
            while index < offered.count, index + 1 + Int(offered[index]) <= offered.count {
                let end = index + 1 + Int(offered[index])
                if ByteComparison.equal(UnsafeBufferPointer(rebasing: offered[(index + 1)..<end]), ours) { return ours }
                index = end
            }
            own += 1 + Int(protocols[own])
        }
        return nil
    }

    // MARK: - Sessions

    /// Names with a session kept, at most; with more all are forgotten.
    private static let mostSessions = 1024

    /// The session of the last connection for the same name.
    func session(for ssl: OpaquePointer) -> OpaquePointer? {
        name(of: ssl).flatMap { sessions[$0] }
    }

    /// Takes over a session; false when it isn't wanted.
    func keep(_ session: OpaquePointer, for ssl: OpaquePointer) -> Bool {
        guard let name = name(of: ssl) else { return false }
        if sessions.count >= Self.mostSessions, sessions[name] == nil {
            for old in sessions.values { SSL_SESSION_free(old) }
            sessions.removeAll(keepingCapacity: true)
        }
        if let old = sessions.updateValue(session, forKey: name) { SSL_SESSION_free(old) }
        return true
    }

    /// A connection without a name may resume only where no name is checked.
    private func name(of ssl: OpaquePointer) -> String? {
        if let name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) { return String(cString: name) }
        return settings.verifiesServerName ? nil : ""
    }

    // MARK: - Verification

    func takeFailure() -> TLSFailure? {
        defer { failure = nil }
        return failure
    }

    func verify(_ store: OpaquePointer) -> Bool {
        let trusted = settings.trust == .none || X509_verify_cert(store) == 1
        guard let certificate = X509_STORE_CTX_get0_cert(store) else {
            failure = TLSFailure(kind: .certificateRejected, detail: "no certificate was shown")
            return false
        }
        if !trusted {
            let error = X509_STORE_CTX_get_error(store)
            failure = Self.classify(error, certificate)
            return false
        }
        let names = CertificateNames(certificate)
        if !settings.names.isEmpty, !names.satisfy(settings.names, patterns) {
            X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH)
            failure = TLSFailure(
                kind: .certificateWrongName, detail: "no configured name matches", presented: names.printable)
            return false
        }
        if settings.isPinned, !isPinned(certificate) {
            X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_UNTRUSTED)
            failure = TLSFailure(
                kind: .certificateRejected, detail: "it is not one of those that are pinned", presented: names.printable)
            return false
        }
        failure = nil
        return true
    }

    private func isPinned(_ certificate: OpaquePointer) -> Bool {
        var digest = [UInt8](repeating: 0, count: 32)
        if !settings.certificateHashes.isEmpty, X509_digest(certificate, EVP_sha256(), &digest, nil) == 1,
            settings.certificateHashes.contains(Self.hex(digest))
        {
            return true
        }
        guard !settings.publicKeyHashes.isEmpty else { return false }
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &encoded)
        guard count > 0, let encoded else { return false }
        defer { OPENSSL_free(encoded) }
        SHA256(encoded, Int(count), &digest)
        var text = [UInt8](repeating: 0, count: 48)
        let length = EVP_EncodeBlock(&text, digest, digest.count)
        return settings.publicKeyHashes.contains(String(decoding: text.prefix(length), as: UTF8.self))
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func classify(_ error: Int32, _ certificate: OpaquePointer) -> TLSFailure {
        let words = X509_verify_cert_error_string(Int(error)).map { String(cString: $0) } ?? "unknown"
        let kind: TLSFailure.Kind
        switch error {
        case X509_V_ERR_CERT_HAS_EXPIRED: kind = .certificateExpired
        case X509_V_ERR_CERT_NOT_YET_VALID: kind = .certificateNotYetValid
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: kind = .certificateSelfSigned
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
            X509_V_ERR_CERT_UNTRUSTED:
            kind = isSelfSigned(certificate) ? .certificateSelfSigned : .certificateUnknownIssuer
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH, X509_V_ERR_EMAIL_MISMATCH:
            kind = .certificateWrongName
        case X509_V_ERR_CERT_REVOKED: kind = .certificateRevoked
        default: kind = .certificateRejected
        }
        let names = CertificateNames(certificate)
        return TLSFailure(kind: kind, detail: words, presented: names.printable, issuer: names.issuer)
    }

    /// Whether a certificate is its own issuer. The library says so only of those
    /// that may sign certificates; an ordinary one is "of an unknown issuer" to it.
    private static func isSelfSigned(_ certificate: OpaquePointer) -> Bool {
        guard X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) == 0,
            let key = X509_get0_pubkey(certificate)
        else { return false }
        defer { ERR_clear_error() }
        return X509_verify(certificate, key) == 1
    }
}
