import Foundation
import PetrelTestKit
import Testing

@Suite("CertificateAuthority")
struct CertificateAuthorityTests {
    /// What openssl, as an independent judge, says about each kind of
    /// certificate when it verifies it for one name.
    @Test(
        "openssl judges each kind of certificate as intended",
        .enabled(if: Executable.find("openssl") != nil),
        arguments: [
            (Kind.good, 0, "OK"),
            (.address, 0, "OK"),
            (.throughIntermediate, 0, "OK"),
            (.expired, 2, "certificate has expired"),
            (.notYetValid, 2, "certificate is not yet valid"),
            (.selfSigned, 2, "self-signed certificate"),
            (.foreign, 2, "unable to get local issuer certificate"),
            (.wrongName, 2, "hostname mismatch"),
        ])
    func judged(kind: Kind, code: Int32, words: String) async throws {
        let authority = try CertificateAuthority()
        let leaf = try kind.make(authority)
        let result = try await ChildProcess.run(
            "openssl",
            ["verify", "-CAfile", authority.certificateFile]
                + kind.expectation
                + ["-untrusted", leaf.certificateFile, leaf.certificateFile])
        #expect(result.status == .exited(code))
        let said = (result.standardOutput + result.standardError).lowercased()
        #expect(said.contains(words.lowercased()), "\(said)")
    }

    enum Kind: Sendable {
        case good, address, throughIntermediate, expired, notYetValid
        case selfSigned, foreign, wrongName

        var expectation: [String] {
            self == .address
                ? ["-verify_ip", "127.0.0.9"]
                : ["-verify_hostname", "good.example"]
        }

        func make(_ authority: CertificateAuthority) throws -> LeafCertificate {
            switch self {
            case .good: try authority.server("good.example")
            case .address: try authority.server("127.0.0.9", "::1")
            case .throughIntermediate:
                try authority.intermediate().server("good.example")
            case .expired:
                try authority.server("good.example", validity: .expired)
            case .notYetValid:
                try authority.server("good.example", validity: .notYetValid)
            case .selfSigned:
                try CertificateAuthority.selfSigned("good.example")
            case .foreign:
                try CertificateAuthority(name: "other").server("good.example")
            case .wrongName: try authority.server("other.example")
            }
        }
    }

    @Test("URIs become URI names and keys are kept private")
    func files() async throws {
        let leaf = try CertificateAuthority().client("spiffe://mesh/ns/a/sa/b")
        let mode = try FileManager.default.attributesOfItem(
            atPath: leaf.privateKeyFile)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let text = try await ChildProcess.run(
            "openssl", ["x509", "-noout", "-text", "-in", leaf.certificateFile])
        #expect(text.standardOutput.contains("URI:spiffe://mesh/ns/a/sa/b"))
        #expect(text.standardOutput.contains("TLS Web Client Authentication"))
    }
}
