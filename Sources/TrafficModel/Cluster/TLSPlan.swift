/// TLS with an endpoint (or, at a gateway, with a client), compiled.
public struct TLSPlan: BitwiseCopyable, Sendable {
    /// Where the server name in the ClientHello comes from.
    public enum ServerName: UInt8, BitwiseCopyable, Sendable {
        /// None is sent.
        case none
        /// `serverNameText`.
        case fixed
        /// Host of the request after rewriting (`auto_sni`), or the request
        /// header `serverNameHeader` when that isn't empty. Without a request
        /// (TCP) `serverNameText`.
        case requestHost
        /// The endpoint's host name (`auto_host_sni`).
        case endpointHost
    }

    /// A version limit.
    public enum Version: UInt8, BitwiseCopyable, Sendable {
        /// The library's.
        case automatic
        case tls10, tls11, tls12, tls13
    }

    /// Where the server name comes from.
    public var serverName = ServerName.none
    /// Its text.
    public var serverNameText = FlatText()
    /// The request header it comes from instead of Host.
    public var serverNameHeader = FlatText()
    /// Whether the certificate chain is verified at all.
    public var verifiesChain = false
    /// Whether an expired certificate is taken nevertheless.
    public var allowsExpired = false
    /// Whether the certificate must be valid for the server name that was sent (`auto_san_validation`).
    public var verifiesServerName = false
    /// Names of which one must be in the certificate; empty for no further check.
    public var names = FlatArray<SubjectNameMatcher>()
    /// Hex SHA-256 of certificates allowed; empty for any.
    public var certificateHashes = FlatArray<FlatText>()
    /// Base64 SHA-256 of public keys allowed; empty for any.
    public var publicKeyHashes = FlatArray<FlatText>()
    /// Trusted certificates.
    public var trust = CredentialSource()
    /// Revocation list; `.none` for no check.
    public var revocation = CredentialSource()
    /// Only the certificate itself is looked up in the revocation list, not its issuers.
    public var checksOnlyLeaf = false
    /// Most issuers between a certificate and a trusted one; nil for the library's default.
    public var maximumDepth: UInt32?
    /// Certificate (and key) shown to the other side; `.none` for none.
    public var certificate = CredentialSource()
    /// ALPN in wire format; empty offers none (then the codec decides).
    public var applicationProtocols = FlatText()
    /// Lowest version.
    public var minimumVersion = Version.tls12
    /// Highest version.
    public var maximumVersion = Version.automatic
    /// TLS 1.2 cipher suites in OpenSSL names, joined by `:`; empty for the library's.
    public var cipherSuites = FlatText()
    /// Curves in order, joined by `:`; empty for the library's.
    public var curves = FlatText()
    /// Whether the server may renegotiate.
    public var allowsRenegotiation = false
    /// Sessions kept for resumption; nil for the library's default (1).
    public var maximumSessions: UInt32?
}

/// Where a certificate, a key, a set of trusted certificates or a revocation list comes from.
public struct CredentialSource: BitwiseCopyable, Sendable {
    /// Which kind of place.
    public enum Kind: UInt8, BitwiseCopyable, Sendable {
        case none
        /// The machine's own trust bundle.
        case system
        /// A file: `path` (and `keyPath` for the private key of a certificate).
        case file
        /// Bytes in the configuration: `inline` (and `inlineKey`).
        case inline
        /// An SDS secret called `path`, looked up in ``TrafficTables/secret(named:)``;
        /// where there is none, `file-root:PATH` and `file-cert:CERT~KEY` name files,
        /// as they do for Istio's agent.
        case secret
    }

    /// Which kind of place.
    public var kind = Kind.none
    /// File of certificates (PEM), or the name of a secret.
    public var path = FlatText()
    /// File of the private key (PEM).
    public var keyPath = FlatText()
    /// PEM in the configuration.
    public var inline = FlatText()
    /// PEM of the private key in the configuration. Never logged.
    public var inlineKey = FlatText()

    /// No source.
    public init() {}
}

/// A name that a certificate must carry.
public struct SubjectNameMatcher: BitwiseCopyable, Sendable {
    /// Which kind of subject alternative name.
    public enum Kind: UInt8, BitwiseCopyable, Sendable {
        case any, dns, uri, email, address
    }

    /// Which kind.
    public var kind = Kind.any
    /// What it must be. For DNS names `exact` also accepts a certificate's wildcard that covers it.
    public var matcher = StringMatcher()
}

/// One SDS secret, compiled. It has no textual form: its bytes never reach a log.
public struct SecretPlan: BitwiseCopyable, Sendable {
    /// The resource's name.
    public var name = FlatText()
    /// Changes whenever the secret does.
    public var revision: UInt64 = 0
    /// Certificate chain and key, when it is a certificate.
    public var certificate = CredentialSource()
    /// Trusted certificates and checks, when it is a validation context.
    public var validation = FlatArray<TLSPlan>()
}
