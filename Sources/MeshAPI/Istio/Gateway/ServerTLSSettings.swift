/// TLS towards clients.
public struct ServerTLSSettings: ConfigFields {
    /// Whether plain requests are redirected to https.
    public var httpsRedirect: Bool = false
    /// Who shows a certificate.
    public var mode: Mode = .zero
    /// The file of the server's certificate.
    public var serverCertificate: String = ""
    /// The file of the server's key.
    public var privateKey: String = ""
    /// The file of the authorities that are trusted for clients.
    public var caCertificates: String = ""
    /// The file of revoked certificates.
    public var caCrl: String = ""
    /// The secret that holds certificates and key.
    public var credentialName: String = ""
    /// Several such secrets, with keys of different kinds.
    public var credentialNames: [String] = []
    /// The secret that holds the authorities.
    public var caCertCredentialName: String = ""
    /// Several certificates, with keys of different kinds.
    public var tlsCertificates: [TLSCertificate] = []
    /// Names of which one must be in the client's certificate.
    public var subjectAltNames: [String] = []
    /// Hashes of keys of which the client's must be one.
    public var verifyCertificateSpki: [String] = []
    /// Hashes of certificates of which the client's must be one.
    public var verifyCertificateHash: [String] = []
    /// The oldest version.
    public var minProtocolVersion: TLSProtocol = .zero
    /// The newest version.
    public var maxProtocolVersion: TLSProtocol = .zero
    /// The cipher suites.
    public var cipherSuites: [String] = []
    /// Whether client certificates aren't verified.
    public var insecureSkipVerify: Bool?

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("httpsRedirect", &httpsRedirect)
        visitor.field("mode", &mode)
        visitor.field("serverCertificate", &serverCertificate)
        visitor.field("privateKey", &privateKey)
        visitor.field("caCertificates", &caCertificates)
        visitor.field("caCrl", &caCrl)
        visitor.field("credentialName", &credentialName)
        visitor.field("credentialNames", &credentialNames, .items(1...2))
        visitor.field("caCertCredentialName", &caCertCredentialName)
        visitor.field("tlsCertificates", &tlsCertificates, .items(1...2))
        visitor.field("subjectAltNames", &subjectAltNames)
        visitor.field("verifyCertificateSpki", &verifyCertificateSpki)
        visitor.field("verifyCertificateHash", &verifyCertificateHash)
        visitor.field("minProtocolVersion", &minProtocolVersion)
        visitor.field("maxProtocolVersion", &maxProtocolVersion)
        visitor.field("cipherSuites", &cipherSuites)
        visitor.field("insecureSkipVerify", &insecureSkipVerify)
    }
}

extension ServerTLSSettings {
    /// Who shows a certificate.
    public enum Mode: String, ConfigEnum {
        /// TLS isn't terminated; the server name chooses the route.
        case passthrough = "PASSTHROUGH"
        /// The server shows a certificate.
        case simple = "SIMPLE"
        /// Both show certificates.
        case mutual = "MUTUAL"
        /// TLS isn't terminated; the server name is the destination.
        case autoPassthrough = "AUTO_PASSTHROUGH"
        /// Both show the mesh's own certificates.
        case istioMutual = "ISTIO_MUTUAL"
        /// The client may show a certificate.
        case optionalMutual = "OPTIONAL_MUTUAL"
    }

    /// A certificate with its key.
    public struct TLSCertificate: ConfigFields {
        /// The file of the certificate.
        public var serverCertificate: String = ""
        /// The file of the key.
        public var privateKey: String = ""
        /// The file of the authorities.
        public var caCertificates: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("serverCertificate", &serverCertificate)
            visitor.field("privateKey", &privateKey)
            visitor.field("caCertificates", &caCertificates)
        }
    }

    /// A version of TLS.
    public enum TLSProtocol: String, ConfigEnum {
        /// The proxy's choice.
        case tlsAuto = "TLS_AUTO"
        /// TLS 1.0.
        case tls10 = "TLSV1_0"
        /// TLS 1.1.
        case tls11 = "TLSV1_1"
        /// TLS 1.2.
        case tls12 = "TLSV1_2"
        /// TLS 1.3.
        case tls13 = "TLSV1_3"
    }
}
