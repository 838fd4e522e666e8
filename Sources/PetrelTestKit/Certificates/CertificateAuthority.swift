internal import Crypto
internal import Foundation
internal import SwiftASN1
internal import Synchronization
internal import X509

/// A throw-away certificate authority in memory (P-256), which issues server
/// and client certificates, good ones and every kind of bad one a test needs.
///
/// A wrong-name certificate is one issued for another name; an expired one has
/// `validity: .expired`; an untrusted one comes from another authority or from
/// ``selfSigned(_:validity:)``.
public final class CertificateAuthority: Sendable {
    /// The authority's own certificate: what a client must trust.
    public let certificatePEM: String

    /// A file that holds ``certificatePEM``; it lives as long as the authority.
    public let certificateFile: String

    private let key: P256.Signing.PrivateKey
    private let certificate: Certificate
    private let intermediatesPEM: String
    private let directory: TemporaryDirectory
    private let issued = Mutex(0)

    /// Creates a root authority.
    ///
    /// - Parameters:
    ///   - name: The common name of its subject.
    ///   - validity: When its own certificate is valid.
    public convenience init(
        name: String = "Petrel test CA",
        validity: CertificateValidity = .current
    ) throws {
        try self.init(name: name, validity: validity, parent: nil)
    }

    private init(
        name: String, validity: CertificateValidity,
        parent: CertificateAuthority?
    ) throws {
        key = P256.Signing.PrivateKey()
        let publicKey = Certificate.PublicKey(key.publicKey)
        let subject = try DistinguishedName { CommonName(name) }
        let issuerKey = parent?.certificate.publicKey ?? publicKey
        certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: publicKey,
            notValidBefore: validity.notBefore,
            notValidAfter: validity.notAfter,
            issuer: parent?.certificate.subject ?? subject, subject: subject,
            extensions: Certificate.Extensions {
                Critical(
                    BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: publicKey)
                AuthorityKeyIdentifier(
                    keyIdentifier: SubjectKeyIdentifier(hash: issuerKey)
                        .keyIdentifier)
            },
            issuerPrivateKey: Certificate.PrivateKey(parent?.key ?? key))
        let pem = try Self.pem(certificate)
        certificatePEM = pem
        intermediatesPEM = parent.map { pem + $0.intermediatesPEM } ?? ""
        directory = try TemporaryDirectory(prefix: "petrel-ca")
        certificateFile = try directory.write(certificatePEM, to: "ca.crt")
    }

    /// Creates an authority signed by this one; the chains of its leaves carry
    /// its certificate.
    public func intermediate(
        name: String = "Petrel test intermediate CA",
        validity: CertificateValidity = .current
    ) throws -> CertificateAuthority {
        try CertificateAuthority(name: name, validity: validity, parent: self)
    }

    /// Issues a server certificate.
    ///
    /// - Parameters:
    ///   - names: The subject alternative names; an IP address and a URI are
    ///     recognised as such, everything else is a DNS name.
    ///   - validity: When the certificate is valid.
    public func server(
        _ names: String..., validity: CertificateValidity = .current
    ) throws -> LeafCertificate {
        try issue(names, usage: .serverAuth, validity: validity)
    }

    /// Issues a client certificate; see ``server(_:validity:)``.
    public func client(
        _ names: String..., validity: CertificateValidity = .current
    ) throws -> LeafCertificate {
        try issue(names, usage: .clientAuth, validity: validity)
    }

    /// Makes a server certificate that is signed by its own key.
    public static func selfSigned(
        _ names: String..., validity: CertificateValidity = .current
    ) throws -> LeafCertificate {
        let key = P256.Signing.PrivateKey()
        let subject = try distinguishedName(of: names)
        let certificate = try leaf(
            names, key: key, subject: subject, usage: .serverAuth,
            validity: validity, issuer: subject,
            issuerPublicKey: Certificate.PublicKey(key.publicKey),
            issuerKey: key)
        return try LeafCertificate(
            name: "self-signed", certificatePEM: pem(certificate),
            intermediatesPEM: "", privateKeyPEM: key.pemRepresentation + "\n",
            directory: TemporaryDirectory(prefix: "petrel-self-signed"))
    }

    private func issue(
        _ names: [String], usage: ExtendedKeyUsage.Usage,
        validity: CertificateValidity
    ) throws -> LeafCertificate {
        let key = P256.Signing.PrivateKey()
        let certificate = try Self.leaf(
            names, key: key, subject: Self.distinguishedName(of: names),
            usage: usage, validity: validity, issuer: certificate.subject,
            issuerPublicKey: certificate.publicKey, issuerKey: self.key)
        let number = issued.withLock { count in
            count += 1
            return count
        }
        return try LeafCertificate(
            name: "leaf-\(number)", certificatePEM: Self.pem(certificate),
            intermediatesPEM: intermediatesPEM,
            privateKeyPEM: key.pemRepresentation + "\n", directory: directory)
    }

    private static func leaf(
        _ names: [String], key: P256.Signing.PrivateKey,
        subject: DistinguishedName, usage: ExtendedKeyUsage.Usage,
        validity: CertificateValidity, issuer: DistinguishedName,
        issuerPublicKey: Certificate.PublicKey,
        issuerKey: P256.Signing.PrivateKey
    ) throws -> Certificate {
        let publicKey = Certificate.PublicKey(key.publicKey)
        return try Certificate(
            version: .v3, serialNumber: .init(), publicKey: publicKey,
            notValidBefore: validity.notBefore,
            notValidAfter: validity.notAfter,
            issuer: issuer, subject: subject,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([usage])
                SubjectAlternativeNames(names.map(generalName))
                SubjectKeyIdentifier(hash: publicKey)
                AuthorityKeyIdentifier(
                    keyIdentifier: SubjectKeyIdentifier(hash: issuerPublicKey)
                        .keyIdentifier)
            },
            issuerPrivateKey: Certificate.PrivateKey(issuerKey))
    }

    private static func distinguishedName(
        of names: [String]
    ) throws -> DistinguishedName {
        try DistinguishedName { CommonName(names.first ?? "unnamed") }
    }

    private static func generalName(_ name: String) -> GeneralName {
        if let bytes = IPAddress.bytes(of: name) {
            return .ipAddress(ASN1OctetString(contentBytes: bytes[...]))
        }
        return name.contains("://")
            ? .uniformResourceIdentifier(name) : .dnsName(name)
    }

    private static func pem(_ certificate: Certificate) throws -> String {
        try certificate.serializeAsPEM().pemString + "\n"
    }
}
