internal import CNIOBoringSSL
internal import Glibc
internal import TrafficModel

/// The TLS settings of one cluster as BoringSSL wants them, and the sessions
/// to resume. Belongs to one worker.
final class TLSContext {
    private let context: OpaquePointer
    private let settings: TLSSettings
    /// Sessions by server name. Sharing one between names would let a
    /// certificate checked for one name stand for another.
    private var sessions: [String: OpaquePointer] = [:]
    /// What the verification that just ran found; read right after.
    private var verification: TLSFailure?

    /// Throws a `TLSFailure` of kind `configuration`.
    init(_ settings: TLSSettings, fallbackProtocols: [String]) throws(TLSFailure) {
        self.settings = settings
        guard let context = SSL_CTX_new(TLS_client_method()) else {
            throw TLSFailure(kind: .configuration, detail: "no memory")
        }
        self.context = context
        SSL_CTX_set_min_proto_version(context, settings.minimum.rawValue)
        SSL_CTX_set_max_proto_version(context, settings.maximum.rawValue)
        SSL_CTX_set_mode(context, UInt32(SSL_MODE_ENABLE_PARTIAL_WRITE))
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL)
        let unmanaged = Unmanaged.passUnretained(self).toOpaque()
        SSL_CTX_set_ex_data(context, Self.exDataIndex, unmanaged)
        SSL_CTX_sess_set_new_cb(context) { ssl, session in
            guard let ssl, let session, let owner = TLSContext.owner(of: ssl) else { return 0 }
            owner.keep(session, for: ssl)
            return 1
        }
        if settings.allowsExpired, let parameters = SSL_CTX_get0_param(context) {
            X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_NO_CHECK_TIME))
        }
        if !settings.cipherSuites.isEmpty, SSL_CTX_set_strict_cipher_list(context, settings.cipherSuites) != 1 {
            ERR_clear_error()
            throw TLSFailure(kind: .configuration, detail: "the cipher suites \(settings.cipherSuites)")
        }
        if !settings.curves.isEmpty, SSL_CTX_set1_curves_list(context, settings.curves) != 1 {
            ERR_clear_error()
            throw TLSFailure(kind: .configuration, detail: "the curves \(settings.curves)")
        }
        let verifies = settings.trust != .none || !settings.names.isEmpty || settings.isPinned
        SSL_CTX_set_verify(context, verifies ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nil)
        if verifies {
            SSL_CTX_set_cert_verify_callback(
                context,
                { store, argument in
                    guard let store, let argument else { return 0 }
                    let owner = Unmanaged<TLSContext>.fromOpaque(argument).takeUnretainedValue()
                    return owner.verify(store) ? 1 : 0
                }, unmanaged)
        }
        if settings.trust != .none {
            let store: TrustStore.Handle
            do throws(TrustStore.Failure) {
                store = try TrustStore.store(settings.trust, revocations: settings.revocationList)
            } catch {
                throw TLSFailure(kind: .configuration, detail: error.why)
            }
            X509_STORE_up_ref(store.store)
            SSL_CTX_set_cert_store(context, store.store)
        }
        let protocols = settings.protocols.isEmpty ? fallbackProtocols : settings.protocols
        if !protocols.isEmpty {
            var wire: [UInt8] = []
            for name in protocols { wire += [UInt8(truncatingIfNeeded: name.utf8.count)] + Array(name.utf8) }
            SSL_CTX_set_alpn_protos(context, wire, wire.count)
        }
        if let failure = loadClientCertificate() { throw failure }
    }

    deinit {
        for session in sessions.values { SSL_SESSION_free(session) }
        SSL_CTX_free(context)
    }

    private static let exDataIndex = SSL_CTX_get_ex_new_index(0, nil, nil, nil, nil)

    private static func owner(of ssl: OpaquePointer) -> TLSContext? {
        guard let context = SSL_get_SSL_CTX(ssl), let data = SSL_CTX_get_ex_data(context, exDataIndex) else {
            return nil
        }
        return Unmanaged<TLSContext>.fromOpaque(data).takeUnretainedValue()
    }

    // MARK: - Connections

    /// A connection that will ask for `name`, over the worker's transport.
    func connection(name: String?, over bio: TLSBIO) -> OpaquePointer? {
        guard let ssl = SSL_new(context) else { return nil }
        BIO_up_ref(bio.bio)
        BIO_up_ref(bio.bio)
        SSL_set0_rbio(ssl, bio.bio)
        SSL_set0_wbio(ssl, bio.bio)
        SSL_set_connect_state(ssl)
        if let name, !name.isEmpty {
            let isAddress = IPAddress(name) != nil
            if !isAddress { SSL_set_tlsext_host_name(ssl, name) }
            if settings.verifiesServerName, settings.names.isEmpty, let parameters = SSL_get0_param(ssl) {
                if isAddress {
                    X509_VERIFY_PARAM_set1_ip_asc(parameters, name)
                } else {
                    X509_VERIFY_PARAM_set_hostflags(
                        parameters,
                        UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
                    X509_VERIFY_PARAM_set1_host(parameters, name, name.utf8.count)
                }
            }
            if let session = sessions[name] { SSL_set_session(ssl, session) }
        }
        return ssl
    }

    private func keep(_ session: OpaquePointer, for ssl: OpaquePointer) {
        guard let name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) else {
            SSL_SESSION_free(session)
            return
        }
        if let old = sessions.updateValue(session, forKey: String(cString: name)) { SSL_SESSION_free(old) }
    }

    /// Explains why the handshake of `ssl` failed just now.
    func failure(of ssl: OpaquePointer, result: Int32, ended: Bool) -> TLSFailure {
        defer { ERR_clear_error() }
        if let verification {
            self.verification = nil
            return verification
        }
        let code = ERR_peek_error()
        if code == 0 || ended && SSL_get_error(ssl, result) == SSL_ERROR_SYSCALL {
            return TLSFailure(kind: .closed, detail: "connection closed")
        }
        let words = ERR_reason_error_string(code).map { String(cString: $0) } ?? "unknown error"
        // Reasons from 1000 on are alerts that the peer sent.
        let kind: TLSFailure.Kind = ERR_GET_REASON(code) >= 1000 ? .refused : .protocolError
        return TLSFailure(kind: kind, detail: words.lowercased().split(separator: "_").joined(separator: " "))
    }

    // MARK: - Verification

    private func verify(_ store: OpaquePointer) -> Bool {
        let trusted = settings.trust == .none || X509_verify_cert(store) == 1
        guard let certificate = X509_STORE_CTX_get0_cert(store) else {
            verification = TLSFailure(kind: .certificateRejected, detail: "no certificate was shown")
            return false
        }
        if !trusted {
            let error = X509_STORE_CTX_get_error(store)
            verification = Self.classify(error, certificate)
            return false
        }
        let names = CertificateNames(certificate)
        if !settings.names.isEmpty, !names.satisfy(settings.names) {
            X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH)
            verification = TLSFailure(
                kind: .certificateWrongName, detail: "no configured name matches", presented: names.printable)
            return false
        }
        if settings.isPinned, !isPinned(certificate) {
            X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_UNTRUSTED)
            verification = TLSFailure(
                kind: .certificateRejected, detail: "it is not one of those that are pinned", presented: names.printable)
            return false
        }
        verification = nil
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

    private func loadClientCertificate() -> TLSFailure? {
        guard let certificate = settings.clientCertificate, let key = settings.clientKey else { return nil }
        let chain: [UInt8]
        let secret: [UInt8]
        do {
            chain = try TrustStore.bytes(certificate)
            secret = try TrustStore.bytes(key)
        } catch {
            return TLSFailure(kind: .configuration, detail: "the client certificate or its key can't be read")
        }
        let loaded = chain.withUnsafeBytes { bytes -> Bool in
            guard let bio = BIO_new_mem_buf(bytes.baseAddress, bytes.count) else { return false }
            defer { BIO_free(bio) }
            var first = true
            while let one = PEM_read_bio_X509(bio, nil, nil, nil) {
                defer { X509_free(one) }
                let result = first ? SSL_CTX_use_certificate(context, one) : SSL_CTX_add1_chain_cert(context, one)
                if result != 1 { return false }
                first = false
            }
            ERR_clear_error()
            return !first
        }
        let keyed = secret.withUnsafeBytes { bytes -> Bool in
            guard let bio = BIO_new_mem_buf(bytes.baseAddress, bytes.count) else { return false }
            defer { BIO_free(bio) }
            guard let key = PEM_read_bio_PrivateKey(bio, nil, nil, nil) else { return false }
            defer { EVP_PKEY_free(key) }
            return SSL_CTX_use_PrivateKey(context, key) == 1
        }
        ERR_clear_error()
        if loaded, keyed { return nil }
        return TLSFailure(kind: .configuration, detail: "the client certificate and key don't fit together")
    }
}
