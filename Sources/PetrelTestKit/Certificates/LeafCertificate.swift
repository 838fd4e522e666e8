/// A certificate for a server or client with its private key, as PEM text and
/// as files. The files live as long as this value does.
public struct LeafCertificate: Sendable {
    /// The certificate alone.
    public let certificatePEM: String

    /// The certificate followed by the intermediates that lead to the root,
    /// which is what a server presents.
    public let chainPEM: String

    /// The private key (PKCS #8).
    public let privateKeyPEM: String

    /// A file that holds ``chainPEM``.
    public let certificateFile: String

    /// A file that holds ``privateKeyPEM``, readable by its owner only.
    public let privateKeyFile: String

    private let directory: TemporaryDirectory

    init(
        name: String, certificatePEM: String, intermediatesPEM: String,
        privateKeyPEM: String, directory: TemporaryDirectory
    ) throws {
        self.certificatePEM = certificatePEM
        self.chainPEM = certificatePEM + intermediatesPEM
        self.privateKeyPEM = privateKeyPEM
        self.directory = directory
        certificateFile = try directory.write(chainPEM, to: "\(name).crt")
        privateKeyFile = try directory.write(
            privateKeyPEM, to: "\(name).key", permissions: 0o600)
    }
}
