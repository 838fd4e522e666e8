/// How TLS is to be spoken with an upstream or a client: plain values, no
/// handles.
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
            /// In RE2's syntax; the whole name must match.
            case regex(String)
        }

        var kind: Kind
        var rule: Rule
        var ignoresCase = false
    }

    enum Version: UInt16, Sendable, Hashable {
        case tls10 = 0x0301
        case tls11 = 0x0302
        case tls12 = 0x0303
        case tls13 = 0x0304
    }

    var trust: Trust = .system
    var revocationList: Source?
    /// Issuers aren't looked up in the revocation list.
    var checksOnlyLeaf = false
    var maximumDepth: UInt32?
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
    /// What is shown to the peer.
    var certificate: Source?
    var key: Source?
    var allowsRenegotiation = false
    /// Sessions kept; 0 switches resumption off.
    var maximumSessions: UInt32?
    /// ALPN in order of preference.
    var protocols: [String] = []
    /// Only certain certificates or keys are taken.
    var isPinned: Bool { !certificateHashes.isEmpty || !publicKeyHashes.isEmpty }
    var minimum: Version = .tls12
    var maximum: Version = .tls13
}
