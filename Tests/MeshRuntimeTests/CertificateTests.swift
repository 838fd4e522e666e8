import MeshCompilation
import MeshRuntime
import PetrelTestKit
import Testing

/// An origin that is not who it should be is refused, and the refusal says why.
@Suite(.enabled(if: captureIsAvailable, "the kernel or nft gives no capture here"), .serialized)
struct CertificateTests {
    enum Flaw: String, CaseIterable {
        case expired, selfSigned, wrongName

        /// What the answer must say.
        var words: String {
            switch self {
            case .expired: "expired"
            case .selfSigned: "self-signed"
            case .wrongName: "other.example"
            }
        }
    }

    @Test(arguments: Flaw.allCases)
    func theRefusalSaysWhichOfThemItWas(flaw: Flaw) async throws {
        let authority = try CertificateAuthority()
        let host = "raw.githubusercontent.com"
        let certificate =
            switch flaw {
            case .expired: try authority.server(host, validity: .expired)
            case .selfSigned: try CertificateAuthority.selfSigned(host)
            case .wrongName: try authority.server("other.example")
            }
        let origin = try await Origin.start(tls: ServerTLS(certificate), pages: [:])
        let fixture = try await MeshFixture(
            try MeshFixture.example(
                "service-entry/service-entry.yaml", "service-entry/virtual-service.yaml",
                "service-entry/destination-rule.yaml", "service-entry/webserver.yaml"),
            resolve: ["\(host):443:\(origin.address):\(origin.port)"], trustBundle: authority.certificateFile)
        let outcome = try await fixture.run("curl", "--silent", "--include", "--max-time", "20", "http://webserver/")
        #expect(outcome.output.hasPrefix("HTTP/1.1 503"), "\(outcome.output)")
        #expect(outcome.output.contains(flaw.words), "\(outcome.output)")
        #expect(origin.recorded().isEmpty, "no request may reach it")
        await fixture.shutdown()
        await origin.shutdown()
    }
}
