/// How a cluster's TLS is to be originated: plain values, no handles.
struct TLSSettings: Sendable, Hashable {
    /// Where bytes of a certificate, key or list come from.
    enum Source: Sendable, Hashable {
        case file(String)
        case inline([UInt8])
    }

    /// What the peer is trusted by.
    enum Trust: Sendable, Hashable {
        /// The bundle of the operating system.
        case system
        case authorities(Source)
        /// The resource says not to verify.
        case none
    }

    /// How one subject alternative name is compared.
    struct NameMatcher: Sendable, Hashable {
        /// Names of which kind.
        enum Kind: Sendable, Hashable { case any, dns, uri, email, address }

        enum Rule: Sendable, Hashable {
            case exact(String)
            case prefix(String)
            case suffix(String)
            case contains(String)
        }

        var kind: Kind
        var rule: Rule
    }

    enum Version: UInt16, Sendable, Hashable {
        case tls12 = 0x0303
        case tls13 = 0x0304
    }

    var trust: Trust = .system
    var revocationList: Source?
    /// Any of these must match; with none, and `verifiesServerName`, the
    /// name sent as SNI must be in the certificate.
    var names: [NameMatcher] = []
    var verifiesServerName = true
    /// SNI for every connection; nil leaves it to the request's host.
    var serverName: String?
    /// Hex SHA-256 of the certificates that are taken, and no others.
    var certificateHashes: [String] = []
    /// Base64 SHA-256 of the public keys that are taken, and no others.
    var publicKeyHashes: [String] = []
    var allowsExpired = false
    /// In OpenSSL's names, joined by `:`; empty for the library's.
    var cipherSuites = ""
    var curves = ""
    var clientCertificate: Source?
    var clientKey: Source?
    /// ALPN in order of preference.
    var protocols: [String] = []
    /// Only certain certificates or keys are taken.
    var isPinned: Bool { !certificateHashes.isEmpty || !publicKeyHashes.isEmpty }
    var minimum: Version = .tls12
    var maximum: Version = .tls13
}
