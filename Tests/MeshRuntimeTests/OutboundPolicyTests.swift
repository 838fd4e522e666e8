import MeshCompilation
import MeshRuntime
import PetrelTestKit
import Testing

/// What happens to destinations that nobody declared.
@Suite(.enabled(if: captureIsAvailable, "the kernel or nft gives no capture here"), .serialized)
struct OutboundPolicyTests {
    static let declared = [
        "entry.yaml": """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: declared}
            spec:
              hosts: [declared.example]
              ports: [{number: 80, name: http, protocol: HTTP}]
              resolution: DNS

            """
    ]

    /// Exit 0 when the bytes came back, 3 when the connection was refused or cut.
    static func rawSocket(_ host: String, _ port: Int) -> String {
        """
        import socket, sys
        try:
            s = socket.create_connection(('\(host)', \(port)), 10)
            s.sendall(b'ping')
            answer = s.recv(4)
            sys.exit(0 if answer == b'ping' else 3)
        except OSError:
            sys.exit(3)
        """
    }

    @Test(arguments: dataPlanes)
    func anUndeclaredAddressIsRefusedUnderRegistryOnly(dataPlane: DataPlaneName) async throws {
        let origin = try await TCPOrigin.start(address: "127.0.0.2")
        let fixture = try await MeshFixture(Self.declared, dataPlane: dataPlane, policy: .registryOnly)
        #expect(try await fixture.run("python3", "-c", Self.rawSocket("127.0.0.2", origin.port)).status == 3)
        await fixture.shutdown()
        await origin.shutdown()
    }

    @Test(arguments: dataPlanes)
    func anUndeclaredAddressPassesUnderAllowAny(dataPlane: DataPlaneName) async throws {
        let origin = try await TCPOrigin.start(address: "127.0.0.2")
        let fixture = try await MeshFixture(Self.declared, dataPlane: dataPlane, policy: .allowAny)
        let outcome = try await fixture.run("python3", "-c", Self.rawSocket("127.0.0.2", origin.port))
        #expect(outcome.status == 0, "\(outcome.errors)")
        await fixture.shutdown()
        await origin.shutdown()
    }

    @Test func aRefusedRequestIsToldWhatWasAskedForWhyAndWhatToDo() async throws {
        let fixture = try await MeshFixture(Self.declared, policy: .registryOnly)
        let outcome = try await fixture.run(
            "curl", "--silent", "--include", "--max-time", "20", "--connect-to", "::declared.example:80", "http://undeclared.example/")
        #expect(outcome.output.hasPrefix("HTTP/1.1 502"), "\(outcome.output) \(outcome.errors)")
        #expect(outcome.output.contains("undeclared.example"))
        #expect(outcome.output.lowercased().contains("x-petrel-reason: "))
        #expect(outcome.output.contains("petrel explain"))
        await fixture.shutdown()
    }
}
