internal import CNIOBoringSSL
internal import Glibc
internal import TrafficModel

/// The TLS settings of one side of one cluster or filter chain as BoringSSL
/// wants them, and the sessions to resume. Belongs to one worker.
final class TLSContext {
    /// Which side of the handshake it is for.
    enum Side {
        /// Towards an upstream; `fallbackProtocols` are offered where the
        /// settings name none.
        case client(fallbackProtocols: [String])
        /// Towards clients; `requiresCertificate` refuses those without one.
        case server(requiresCertificate: Bool)
    }

    private let context: OpaquePointer
    private let state: TLSContextState
    private var settings: TLSSettings { state.settings }

    /// Throws a `TLSFailure` of kind `configuration`.
    init(_ settings: TLSSettings, _ side: Side) throws(TLSFailure) {
        state = try TLSContextState(settings)
        let isServer: Bool
        switch side {
        case .client: isServer = false
        case .server: isServer = true
        }
        guard let context = SSL_CTX_new(isServer ? TLS_server_method() : TLS_client_method()) else {
            throw TLSFailure(kind: .configuration, detail: "no memory")
        }
        self.context = context
        let kept = Unmanaged.passRetained(state).toOpaque()
        // From here on the context owns one reference, given back when it is freed.
        guard SSL_CTX_set_ex_data(context, TLSContextState.index, kept) == 1 else {
            Unmanaged<TLSContextState>.fromOpaque(kept).release()
            throw TLSFailure(kind: .configuration, detail: "no memory")
        }
        SSL_CTX_set_min_proto_version(context, settings.minimum.rawValue)
        SSL_CTX_set_max_proto_version(context, settings.maximum.rawValue)
        SSL_CTX_set_mode(context, UInt32(SSL_MODE_ENABLE_PARTIAL_WRITE))
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
        try setVerification(side)
        if let failure = loadCertificate() { throw failure }
        switch side {
        case .client(let fallbackProtocols): setClient(fallbackProtocols)
        case .server: try setServer()
        }
    }

    deinit { SSL_CTX_free(context) }

    private func setVerification(_ side: Side) throws(TLSFailure) {
        let checks = settings.trust != .none || !settings.names.isEmpty || settings.isPinned
        var mode = checks ? SSL_VERIFY_PEER : SSL_VERIFY_NONE
        if case .server(let requiresCertificate) = side, requiresCertificate {
            mode = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
        }
        SSL_CTX_set_verify(context, mode, nil)
        if mode != SSL_VERIFY_NONE {
            SSL_CTX_set_cert_verify_callback(
                context,
                { store, argument in
                    guard let store, let argument else { return 0 }
                    let state = Unmanaged<TLSContextState>.fromOpaque(argument).takeUnretainedValue()
                    return state.verify(store) ? 1 : 0
                }, Unmanaged.passUnretained(state).toOpaque())
        }
        if let depth = settings.maximumDepth { SSL_CTX_set_verify_depth(context, Int32(clamping: depth)) }
        guard settings.trust != .none else { return }
        let store: TrustStore.Handle
        do throws(TrustStore.Failure) {
            store = try TrustStore.store(
                settings.trust, revocations: settings.revocationList, onlyLeaf: settings.checksOnlyLeaf)
        } catch {
            throw TLSFailure(kind: .configuration, detail: error.why)
        }
        X509_STORE_up_ref(store.store)
        SSL_CTX_set_cert_store(context, store.store)
    }

    private func setClient(_ fallbackProtocols: [String]) {
        if settings.maximumSessions != 0 {
            SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL)
            SSL_CTX_sess_set_new_cb(context) { ssl, session in
                guard let ssl, let session, let state = TLSContextState.of(ssl) else { return 0 }
                return state.keep(session, for: ssl) ? 1 : 0
            }
        }
        let protocols = settings.protocols.isEmpty ? fallbackProtocols : settings.protocols
        guard !protocols.isEmpty else { return }
        let wire = TLSContextState.wire(protocols)
        SSL_CTX_set_alpn_protos(context, wire, wire.count)
    }

    private func setServer() throws(TLSFailure) {
        guard settings.certificate != nil else {
            throw TLSFailure(kind: .configuration, detail: "there is no certificate to show to clients")
        }
        // Names the sessions of this context: without a name none is resumed
        // when clients show certificates.
        var identity: [UInt8] = Array("petrel".utf8)
        SSL_CTX_set_session_id_context(context, &identity, identity.count)
        // As Envoy's servers do: our order of ciphers counts.
        SSL_CTX_set_options(context, UInt32(SSL_OP_CIPHER_SERVER_PREFERENCE))
        if settings.maximumSessions == 0 { SSL_CTX_set_options(context, UInt32(SSL_OP_NO_TICKET)) }
        guard !settings.protocols.isEmpty else { return }
        SSL_CTX_set_alpn_select_cb(
            context,
            { ssl, out, count, offered, offeredCount, _ in
                guard let ssl, let out, let count, let offered, let state = TLSContextState.of(ssl) else {
                    return SSL_TLSEXT_ERR_NOACK
                }
                guard let chosen = state.choose(UnsafeBufferPointer(start: offered, count: Int(offeredCount))) else {
                    return SSL_TLSEXT_ERR_NOACK
                }
                out.pointee = chosen.baseAddress
                count.pointee = UInt8(truncatingIfNeeded: chosen.count)
                return SSL_TLSEXT_ERR_OK
            }, nil)
    }

    // MARK: - Connections

    /// A connection to an upstream that will ask for `name`, over the
    /// worker's transport.
    func connection(name: String?, over bio: TLSBIO) -> OpaquePointer? {
        guard let ssl = make(over: bio) else { return nil }
        SSL_set_connect_state(ssl)
        if settings.allowsRenegotiation { SSL_set_renegotiate_mode(ssl, ssl_renegotiate_freely) }
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
        }
        if let session = state.session(for: ssl) { SSL_set_session(ssl, session) }
        return ssl
    }

    /// A client's connection, which ends here.
    func accept(over bio: TLSBIO) -> OpaquePointer? {
        guard let ssl = make(over: bio) else { return nil }
        SSL_set_accept_state(ssl)
        return ssl
    }

    private func make(over bio: TLSBIO) -> OpaquePointer? {
        guard let ssl = SSL_new(context) else { return nil }
        BIO_up_ref(bio.bio)
        BIO_up_ref(bio.bio)
        SSL_set0_rbio(ssl, bio.bio)
        SSL_set0_wbio(ssl, bio.bio)
        return ssl
    }

    /// Explains why the handshake of `ssl` failed just now.
    static func failure(of ssl: OpaquePointer, result: Int32, ended: Bool) -> TLSFailure {
        defer { ERR_clear_error() }
        if let known = TLSContextState.of(ssl)?.takeFailure() { return known }
        let code = ERR_peek_error()
        if code == 0 || ended && SSL_get_error(ssl, result) == SSL_ERROR_SYSCALL {
            return TLSFailure(kind: .closed, detail: "connection closed")
        }
        let words = ERR_reason_error_string(code).map { String(cString: $0) } ?? "unknown error"
        let detail = words.lowercased().split(separator: "_").joined(separator: " ")
        let reason = ERR_GET_REASON(code)
        if reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE {
            return TLSFailure(kind: .certificateMissing, detail: detail)
        }
        // Reasons from 1000 on are alerts that the peer sent.
        return TLSFailure(kind: reason >= 1000 ? .refused : .protocolError, detail: detail)
    }

    // MARK: - Certificate

    private func loadCertificate() -> TLSFailure? {
        guard let certificate = settings.certificate, let key = settings.key else { return nil }
        let chain: [UInt8]
        let secret: [UInt8]
        do {
            chain = try TrustStore.bytes(certificate)
            secret = try TrustStore.bytes(key)
        } catch {
            return TLSFailure(kind: .configuration, detail: "the certificate or its key can't be read")
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
        return TLSFailure(kind: .configuration, detail: "the certificate and key don't fit together")
    }
}
