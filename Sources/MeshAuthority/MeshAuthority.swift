internal import Crypto
public import Foundation
internal import SwiftASN1
internal import X509

/// The mesh's own certificate authority: a certificate for each identity, with
/// its SPIFFE URI, as Istio's workloads have.
///
/// The key lives in memory and dies with the process; certificates are short-lived.
public struct MeshAuthority: Sendable {
    /// Something that proves an identity, in PEM.
    public struct Credential: Sendable {
        /// The leaf, followed by nothing: the root issues directly.
        public let certificateChain: String
        public let privateKey: String
        /// When it has to be replaced: half its life.
        public let renewal: Date
    }

    /// The root certificate in PEM, which peers trust.
    public let rootCertificate: String
    /// The trust domain of every identity. Default `cluster.local`, Istio's.
    public let trustDomain: String
    private let root: Certificate
    private let key: P256.Signing.PrivateKey

    /// Makes a new root, valid for ten years from now.
    ///
    /// - Throws: What the crypto library says; not expected.
    public init(trustDomain: String = "cluster.local", now: Date = Date()) throws {
        self.trustDomain = trustDomain
        key = P256.Signing.PrivateKey()
        let name = try DistinguishedName {
            OrganizationName(trustDomain)
            CommonName("Petrel mesh root")
        }
        root = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(key.publicKey),
            notValidBefore: now.addingTimeInterval(-60), notValidAfter: now.addingTimeInterval(10 * 365 * 86_400),
            issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
            },
            issuerPrivateKey: .init(key))
        rootCertificate = try root.serializeAsPEM().pemString + "\n"
    }

    /// The SPIFFE URI of a service account.
    public func identity(namespace: String, serviceAccount: String) -> String {
        "spiffe://\(trustDomain)/ns/\(namespace)/sa/\(serviceAccount)"
    }

    /// Issues a certificate for a service account.
    ///
    /// - Parameter lifetime: Seconds it is valid. Default a day, Istio's.
    public func issue(
        namespace: String, serviceAccount: String, lifetime: TimeInterval = 86_400, now: Date = Date()
    ) throws -> Credential {
        let leafKey = P256.Signing.PrivateKey()
        let uri = identity(namespace: namespace, serviceAccount: serviceAccount)
        let leaf = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(leafKey.publicKey),
            notValidBefore: now.addingTimeInterval(-60), notValidAfter: now.addingTimeInterval(lifetime),
            issuer: root.subject, subject: DistinguishedName(), signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true, keyEncipherment: true))
                try ExtendedKeyUsage([.serverAuth, .clientAuth])
                // The subject is empty, so the name is critical (RFC 5280, 4.2.1.6).
                Critical(SubjectAlternativeNames([.uniformResourceIdentifier(uri)]))
            },
            issuerPrivateKey: .init(key))
        return Credential(
            certificateChain: try leaf.serializeAsPEM().pemString + "\n",
            privateKey: leafKey.pemRepresentation + "\n",
            renewal: now.addingTimeInterval(lifetime / 2))
    }
}
