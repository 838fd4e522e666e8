internal import NIOSSL

/// The version of TLS that a connection uses.
public enum TLSProtocolVersion: String, Sendable, Hashable, CaseIterable {
    /// TLS 1.2.
    case tls12 = "TLSv1.2"
    /// TLS 1.3.
    case tls13 = "TLSv1.3"
}

/// How a test's server speaks TLS.
public struct ServerTLS: Sendable {
    /// Whether the server asks for a certificate of the client.
    public enum ClientCertificate: Sendable {
        /// It does not ask.
        case none
        /// It asks, and verifies what it gets, but lives without.
        case optional(CertificateAuthority)
        /// It refuses clients without a certificate of this authority.
        case required(CertificateAuthority)
    }

    /// What the server presents.
    public var certificate: LeafCertificate

    /// Whether it asks for a certificate of the client.
    public var clientCertificate: ClientCertificate

    /// The protocols it offers by ALPN, best first; empty offers none.
    public var applicationProtocols: [String]

    /// The versions it speaks.
    public var versions: ClosedRange<TLSProtocolVersion>

    /// Creates a server's TLS settings.
    public init(
        _ certificate: LeafCertificate,
        clientCertificate: ClientCertificate = .none,
        applicationProtocols: [String] = ["http/1.1"],
        versions: ClosedRange<TLSProtocolVersion> = .tls12 ... .tls13
    ) {
        self.certificate = certificate
        self.clientCertificate = clientCertificate
        self.applicationProtocols = applicationProtocols
        self.versions = versions
    }

    func makeContext() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(
                Array(certificate.chainPEM.utf8)
            ).map { .certificate($0) },
            privateKey: .privateKey(
                try NIOSSLPrivateKey(
                    bytes: Array(certificate.privateKeyPEM.utf8), format: .pem)))
        configuration.minimumTLSVersion = versions.lowerBound.library
        configuration.maximumTLSVersion = versions.upperBound.library
        configuration.applicationProtocols = applicationProtocols
        switch clientCertificate {
        case .none:
            configuration.certificateVerification = .none
        case .optional(let authority):
            configuration.certificateVerification = .optionalVerification
            configuration.trustRoots = try authority.trustRoots()
        case .required(let authority):
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = try authority.trustRoots()
        }
        return try NIOSSLContext(configuration: configuration)
    }
}

/// How a test's client speaks TLS.
public struct ClientTLS: Sendable {
    /// Whom it trusts; nil trusts anyone, without looking at the name either.
    public var authority: CertificateAuthority?

    /// The name it asks for by SNI and verifies; nil sends none.
    public var serverName: String?

    /// The certificate it presents when asked.
    public var certificate: LeafCertificate?

    /// The protocols it offers by ALPN, best first; empty offers none.
    public var applicationProtocols: [String]

    /// The versions it speaks.
    public var versions: ClosedRange<TLSProtocolVersion>

    /// Creates a client's TLS settings.
    public init(
        trusting authority: CertificateAuthority?, serverName: String?,
        certificate: LeafCertificate? = nil,
        applicationProtocols: [String] = [],
        versions: ClosedRange<TLSProtocolVersion> = .tls12 ... .tls13
    ) {
        self.authority = authority
        self.serverName = serverName
        self.certificate = certificate
        self.applicationProtocols = applicationProtocols
        self.versions = versions
    }

    func makeContext() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = versions.lowerBound.library
        configuration.maximumTLSVersion = versions.upperBound.library
        configuration.applicationProtocols = applicationProtocols
        if let authority {
            configuration.trustRoots = try authority.trustRoots()
            configuration.certificateVerification =
                serverName == nil ? .noHostnameVerification : .fullVerification
        } else {
            configuration.certificateVerification = .none
        }
        if let certificate {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMBytes(
                Array(certificate.chainPEM.utf8)
            ).map { .certificate($0) }
            configuration.privateKey = .privateKey(
                try NIOSSLPrivateKey(
                    bytes: Array(certificate.privateKeyPEM.utf8), format: .pem))
        }
        return try NIOSSLContext(configuration: configuration)
    }
}

extension TLSProtocolVersion: Comparable {
    /// Orders versions by age.
    public static func < (
        left: TLSProtocolVersion, right: TLSProtocolVersion
    ) -> Bool { left == .tls12 && right == .tls13 }

    var library: TLSVersion { self == .tls12 ? .tlsv12 : .tlsv13 }

    init?(library: TLSVersion) {
        switch library {
        case .tlsv12: self = .tls12
        case .tlsv13: self = .tls13
        default: return nil
        }
    }
}

extension CertificateAuthority {
    func trustRoots() throws -> NIOSSLTrustRoots {
        .certificates(
            try NIOSSLCertificate.fromPEMBytes(Array(certificatePEM.utf8)))
    }
}
