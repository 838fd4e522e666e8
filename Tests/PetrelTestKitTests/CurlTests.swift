import PetrelTestKit
import Testing

@Suite("Curl", .enabled(if: Curl.isAvailable))
struct CurlTests {
    @Test("reports status, headers and body over verified TLS")
    func requests() async throws {
        let authority = try CertificateAuthority()
        let origin = try await Origin.start(
            tls: ServerTLS(try authority.server("origin.example"))
        ) { _ in
            OriginResponse(
                status: 201, headers: [HeaderField("x-a", "b")],
                body: .bytes(Array("made".utf8)))
        }
        let result = try await Curl.request(
            "https://origin.example:\(origin.port)/thing",
            [
                "--cacert", authority.certificateFile, "--resolve",
                "origin.example:\(origin.port):127.0.0.1",
            ])
        #expect(result.exitCode == 0, "\(result.message)")
        #expect(result.status == 201)
        #expect(result.headers.first(named: "X-A") == "b")
        #expect(result.body == "made")
        #expect(origin.recorded()[0].host == "origin.example:\(origin.port)")
    }

    @Test("reports a failed handshake by curl's exit code")
    func failure() async throws {
        let authority = try CertificateAuthority()
        let origin = try await Origin.start(
            tls: ServerTLS(
                try authority.server("origin.example", validity: .expired)),
            pages: [:])
        let result = try await Curl.request(
            "https://origin.example:\(origin.port)/",
            [
                "--cacert", authority.certificateFile, "--resolve",
                "origin.example:\(origin.port):127.0.0.1",
            ])
        #expect(result.exitCode == 60)
        #expect(result.message.contains("expired"))
        #expect(result.status == 0)
    }
}
