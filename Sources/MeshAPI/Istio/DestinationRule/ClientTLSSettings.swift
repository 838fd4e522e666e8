/// TLS towards a server.
public struct ClientTLSSettings: ConfigFields {
    /// Whether TLS is used, and who shows a certificate.
    public var mode: Mode = .zero
    /// The file of the client's certificate.
    public var clientCertificate: String = ""
    /// The file of the client's key.
    public var privateKey: String = ""
    /// The file of the authorities that are trusted.
    public var caCertificates: String = ""
    /// The secret that holds certificates and key.
    public var credentialName: String = ""
    /// Names of which one must be in the server's certificate.
    public var subjectAltNames: [String] = []
    /// The server name that is sent; the host of the request when empty.
    public var sni: String = ""
    /// Whether the server's certificate isn't verified.
    public var insecureSkipVerify: Bool?
    /// The file of revoked certificates.
    public var caCrl: String = ""

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("mode", &mode)
        visitor.field("clientCertificate", &clientCertificate)
        visitor.field("privateKey", &privateKey)
        visitor.field("caCertificates", &caCertificates)
        visitor.field("credentialName", &credentialName)
        visitor.field("subjectAltNames", &subjectAltNames)
        visitor.field("sni", &sni)
        visitor.field("insecureSkipVerify", &insecureSkipVerify)
        visitor.field("caCrl", &caCrl)
    }
}

extension ClientTLSSettings {
    /// Whether TLS is used, and who shows a certificate.
    public enum Mode: String, ConfigEnum {
        /// No TLS.
        case disable = "DISABLE"
        /// The server shows a certificate.
        case simple = "SIMPLE"
        /// Both show certificates; the client's is given here.
        case mutual = "MUTUAL"
        /// Both show certificates; the client's is the mesh's own.
        case istioMutual = "ISTIO_MUTUAL"
    }
}
