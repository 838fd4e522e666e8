import Foundation
import LocalControl
import MeshCompilation
import MeshRuntime
import PetrelTestKit
import Synchronization
import Testing

/// An example's own files in a running mesh, and stand-ins for the hosts outside.
final class ExampleStage: Sendable {
    let dataPlane: DataPlaneName
    /// Signs the certificates of the stand-ins; the mesh trusts it.
    let authority: CertificateAuthority
    private let folder: String
    private let state = Mutex(State())

    private struct State {
        var resolve: [String] = []
        var dns: DNSOrigin?
        var origins: [Origin] = []
        var servers: [TCPOrigin] = []
        var meshes: [MeshFixture] = []
    }

    init(_ folder: String, dataPlane: DataPlaneName) throws {
        self.folder = folder
        self.dataPlane = dataPlane
        authority = try CertificateAuthority()
    }

    // MARK: - The outside

    /// A stand-in for an HTTP or HTTPS service, where `--resolve` leads to.
    func http(
        _ host: String, _ port: Int, tls: ServerTLS? = nil, address: String = "127.0.0.1",
        handler: @escaping Origin.Handler
    ) async throws -> Origin {
        let origin = try await Origin.start(address: address, tls: tls, handler: handler)
        keep(origin, "\(host):\(port):\(origin.address):\(origin.port)")
        return origin
    }

    /// The same with a certificate of its name.
    func https(_ host: String, _ port: Int = 443, handler: @escaping Origin.Handler) async throws -> Origin {
        try await http(host, port, tls: ServerTLS(try authority.server(host)), handler: handler)
    }

    /// A stand-in at an address that the example's own files name.
    @discardableResult
    func local(_ address: String, _ port: Int, handler: @escaping Origin.Handler) async throws -> Origin {
        let origin = try await Origin.start(address: address, port: port, handler: handler)
        keep(origin)
        return origin
    }

    /// Keeps a stand-in until the end, and leads a host there.
    func keep(_ origin: Origin, _ resolve: String? = nil) {
        state.withLock { state in
            state.origins.append(origin)
            if let resolve { state.resolve.append(resolve) }
        }
    }

    /// A stand-in for a service that speaks no HTTP.
    func tcp(_ host: String, _ port: Int, behaviour: @escaping TCPOrigin.Behaviour) async throws -> TCPOrigin {
        let server = try await TCPOrigin.start(behaviour: behaviour)
        state.withLock { state in
            state.servers.append(server)
            state.resolve.append("\(host):\(port):\(server.address):\(server.port)")
        }
        return server
    }

    /// What names outside the mesh resolve to.
    func names(_ records: [String: String]) async throws {
        let dns = try await DNSOrigin.start(records: records.map { .address($0.key, $0.value) })
        state.withLock { $0.dns = dns }
    }

    // MARK: - The mesh

    /// The example's files in a mesh of their own.
    ///
    /// - Parameters:
    ///   - others: More files, by their names.
    ///   - missing: Files that are left out.
    func mesh(
        _ policy: OutboundPolicyName = .registryOnly, others: [String: String] = [:], missing: [String] = []
    ) async throws -> MeshFixture {
        let directory = MeshFixture.examples.appendingPathComponent(folder)
        var files = others
        for name in try FileManager.default.contentsOfDirectory(atPath: directory.path) where name.hasSuffix(".yaml") {
            guard name != "test.yaml", !missing.contains(name) else { continue }
            files[name] = try String(contentsOf: directory.appendingPathComponent(name), encoding: .utf8)
        }
        let (resolve, dns) = state.withLock { ($0.resolve, $0.dns) }
        let mesh = try await MeshFixture(
            files, dataPlane: dataPlane, policy: policy, resolve: resolve, trustBundle: authority.certificateFile,
            dnsServers: dns.flatMap { DNSServerAddress("\($0.address):\($0.port)") }.map { [$0] } ?? [])
        state.withLock { $0.meshes.append(mesh) }
        return mesh
    }

    /// A Secret of kind `kubernetes.io/tls` with the authority's own certificate.
    func secret(_ name: String, namespace: String, _ certificate: LeafCertificate) -> String {
        func encoded(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
        return """
            apiVersion: v1
            kind: Secret
            metadata: {name: \(name), namespace: \(namespace)}
            type: kubernetes.io/tls
            data:
              tls.crt: \(encoded(certificate.chainPEM))
              tls.key: \(encoded(certificate.privateKeyPEM))
              ca.crt: \(encoded(authority.certificatePEM))

            """
    }

    /// Stops everything. No Envoy may have refused anything it was sent.
    func close() async {
        let all = state.withLock { state in
            defer { state = State() }
            return state
        }
        for mesh in all.meshes {
            let rejected = await mesh.mesh.envoyStatistics(matching: "update_rejected") ?? []
            #expect(rejected.isEmpty == (dataPlane != .envoy), "an Envoy counts what it refused")
            #expect(rejected.allSatisfy { $0.value == 0 }, "\(rejected.filter { $0.value != 0 })")
            await mesh.shutdown()
        }
        for origin in all.origins { await origin.shutdown() }
        for server in all.servers { await server.shutdown() }
        await all.dns?.shutdown()
    }
}
