import PetrelTestKit
import Testing

@Suite("Origin over TLS")
struct OriginTLSTests {
    let authority: CertificateAuthority

    init() throws { authority = try CertificateAuthority() }

    @Test(
        "records what the handshake agreed on",
        arguments: TLSProtocolVersion.allCases)
    func records(version: TLSProtocolVersion) async throws {
        let origin = try await Origin.start(
            tls: ServerTLS(try authority.server("origin.example")),
            pages: ["/": "secret"])
        let answer = try await HTTPExchange.send(
            host: "origin.example", to: origin.address, port: origin.port,
            tls: ClientTLS(
                trusting: authority, serverName: "origin.example",
                applicationProtocols: ["http/1.1"],
                versions: version...version))
        #expect(answer.text == "secret")
        let tls = try #require(origin.recorded()[0].tls)
        #expect(tls.serverName == "origin.example")
        #expect(tls.version == version)
        #expect(tls.applicationProtocol == "http/1.1")
        #expect(tls.clientCertificate == nil)
    }

    @Test("records the client's certificate")
    func clientCertificate() async throws {
        let origin = try await Origin.start(
            tls: ServerTLS(
                try authority.server("origin.example"),
                clientCertificate: .required(authority)),
            pages: ["/": "hello"])
        _ = try await HTTPExchange.send(
            host: "origin.example", to: origin.address, port: origin.port,
            tls: ClientTLS(
                trusting: authority, serverName: "origin.example",
                certificate: try authority.client("me", "spiffe://mesh/me")))
        let peer = try #require(origin.recorded()[0].tls?.clientCertificate)
        #expect(peer.subject == "CN=me")
        #expect(peer.names == ["me", "spiffe://mesh/me"])
    }

    @Test("a client without the certificate asked for is refused")
    func refusesWithoutCertificate() async throws {
        let origin = try await Origin.start(
            tls: ServerTLS(
                try authority.server("origin.example"),
                clientCertificate: .required(authority)),
            pages: ["/": "hello"])
        await #expect(throws: (any Error).self) {
            try await HTTPExchange.send(
                to: origin.address, port: origin.port,
                tls: ClientTLS(
                    trusting: authority, serverName: "origin.example"))
        }
        let connections = try await origin.waitForConnections {
            $0.first?.tlsFailure != nil
        }
        #expect(connections[0].serverName == "origin.example")
        #expect(origin.recorded().isEmpty)
    }

    @Test("a client that does not trust the certificate leaves a failure")
    func untrusted() async throws {
        let origin = try await Origin.start(
            tls: ServerTLS(
                try CertificateAuthority.selfSigned("origin.example")),
            pages: ["/": "hello"])
        await #expect(throws: (any Error).self) {
            try await HTTPExchange.send(
                to: origin.address, port: origin.port,
                tls: ClientTLS(
                    trusting: authority, serverName: "origin.example"))
        }
        try await origin.waitForConnections { $0.first?.isClosed == true }
        #expect(origin.recorded().isEmpty)
    }

    @Test("a reset is not softened by a TLS goodbye")
    func reset() async throws {
        let origin = try await Origin.start(
            tls: ServerTLS(try authority.server("origin.example"))
        ) { _ in .text("never").cut(.reset(after: 3)) }
        let client = try await TCPStream.connect(
            to: origin.address, port: origin.port,
            tls: ClientTLS(trusting: authority, serverName: "origin.example"))
        try await client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        try await client.receiveToEnd()
        #expect(client.receivedText == "HTT")
        #expect(client.error != nil)
    }
}
