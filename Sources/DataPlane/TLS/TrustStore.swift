internal import CNIOBoringSSL
internal import CPetrelSystem
internal import Glibc
internal import Synchronization

/// Certificate stores by what they were read from, shared by all workers:
/// reading the system's bundle takes milliseconds and half a megabyte.
enum TrustStore {
    /// An `X509_STORE` that lives as long as the process.
    struct Handle: @unchecked Sendable {
        // Proof: BoringSSL locks the store itself; it isn't changed here
        // after it was filled.
        let store: OpaquePointer
    }

    struct Key: Hashable, Sendable {
        var trust: TLSSettings.Trust
        var revocations: TLSSettings.Source?
        var onlyLeaf: Bool
        /// Modification times, so that a rotated file is read again.
        var version: [UInt64]
    }

    enum Failure: Error {
        case unreadable(String)

        var why: String {
            switch self {
            case .unreadable(let why): why
            }
        }
    }

    private static let stores = Mutex<[Key: Handle]>([:])

    /// The bundles of the distributions, in the order Istio looks for them.
    private static let systemBundles = [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/etc/pki/tls/cacert.pem",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ]

    /// - Parameter onlyLeaf: Issuers aren't looked up among the revocations.
    static func store(
        _ trust: TLSSettings.Trust, revocations: TLSSettings.Source?, onlyLeaf: Bool = false
    ) throws(Failure) -> Handle {
        let key = Key(
            trust: trust, revocations: revocations, onlyLeaf: onlyLeaf, version: version(trust) + version(revocations))
        if let known = stores.withLock({ $0[key] }) { return known }
        let made = try make(trust, revocations: revocations, onlyLeaf: onlyLeaf)
        return stores.withLock {
            if let known = $0[key] { return known }
            $0[key] = made
            return made
        }
    }

    private static func make(
        _ trust: TLSSettings.Trust, revocations: TLSSettings.Source?, onlyLeaf: Bool
    ) throws(Failure) -> Handle {
        guard let store = X509_STORE_new() else { throw .unreadable("no memory") }
        switch trust {
        case .none: break
        case .system:
            guard let path = systemBundles.first(where: { access($0, R_OK) == 0 }) else {
                throw .unreadable("this system has no bundle of certificate authorities")
            }
            try add(try bytes(.file(path)), to: store, named: path)
        case .authorities(let source):
            try add(try bytes(source), to: store, named: name(source))
        }
        if let revocations {
            try add(try bytes(revocations), to: store, named: name(revocations))
            X509_STORE_set_flags(store, UInt(X509_V_FLAG_CRL_CHECK | (onlyLeaf ? 0 : X509_V_FLAG_CRL_CHECK_ALL)))
        }
        // A certificate named as an authority is trusted even when it isn't
        // self-signed, as Envoy does.
        X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
        return Handle(store: store)
    }

    /// Adds every certificate and revocation list in the PEM text.
    private static func add(_ pem: [UInt8], to store: OpaquePointer, named: String) throws(Failure) {
        // The BIO reads from the array's memory: both live in this closure.
        let infos = pem.withUnsafeBytes { bytes -> OpaquePointer? in
            guard let bio = BIO_new_mem_buf(bytes.baseAddress, bytes.count) else { return nil }
            defer { BIO_free(bio) }
            return PEM_X509_INFO_read_bio(bio, nil, nil, nil)
        }
        guard let infos else {
            ERR_clear_error()
            throw .unreadable("\(named) is not PEM")
        }
        defer { sk_X509_INFO_pop_free(infos, X509_INFO_free) }
        var added = 0
        for index in 0..<sk_X509_INFO_num(infos) {
            guard let info = sk_X509_INFO_value(infos, index) else { continue }
            if let certificate = info.pointee.x509 {
                X509_STORE_add_cert(store, certificate)
                added += 1
            }
            if let list = info.pointee.crl {
                X509_STORE_add_crl(store, list)
                added += 1
            }
        }
        ERR_clear_error()
        guard added > 0 else { throw .unreadable("\(named) holds no certificate") }
    }

    static func name(_ source: TLSSettings.Source) -> String {
        switch source {
        case .file(let path): path
        case .inline: "the inline certificate"
        }
    }

    /// The bytes of a file or of the resource itself.
    static func bytes(_ source: TLSSettings.Source) throws(Failure) -> [UInt8] {
        switch source {
        case .inline(let bytes): return bytes
        case .file(let path):
            guard let content = FileBytes.read(path) else { throw .unreadable("\(path) can't be read") }
            return content
        }
    }

    private static func version(_ trust: TLSSettings.Trust) -> [UInt64] {
        if case .authorities(let source) = trust { return version(source) }
        return []
    }

    /// Changes when the file behind `source` does; empty for anything else.
    static func version(_ source: TLSSettings.Source?) -> [UInt64] {
        guard case .file(let path) = source else { return [] }
        var status = stat()
        guard stat(path, &status) == 0 else { return [] }
        return [UInt64(status.st_mtim.tv_sec), UInt64(status.st_mtim.tv_nsec), UInt64(status.st_size)]
    }
}

/// Whole small files, without Foundation.
enum FileBytes {
    static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 { return nil }
            if count == 0 { return result }
            result.append(contentsOf: buffer[0..<count])
        }
    }
}
