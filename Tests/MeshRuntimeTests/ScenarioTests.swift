import MeshCompilation
import MeshRuntime
import PetrelTestKit
import Testing

/// Both scenarios, with the example's own files, on each data plane.
@Suite(.enabled(if: captureIsAvailable, "the kernel or nft gives no capture here"), .serialized)
struct ScenarioTests {
    @Test(arguments: dataPlanes)
    func aDestinationIsReachedByTheNameItDeclares(dataPlane: DataPlaneName) async throws {
        let origin = try await Origin.start(pages: ["/": "<!DOCTYPE html>\n<html>the page</html>\n"])
        let fixture = try await MeshFixture(
            try MeshFixture.example("external-service/destination.yaml", "external-service/mesh.yaml"),
            dataPlane: dataPlane, policy: .registryOnly, resolve: ["solo.io:80:\(origin.address):\(origin.port)"])
        let outcome = try await fixture.curl("foo.bar.global")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output == "<!DOCTYPE html>\n<html>the page</html>\n")
        let request = try #require(origin.recorded().last)
        #expect(request.host == "foo.bar.global")
        #expect(request.path == "/")
        #expect(request.tls == nil)
        await fixture.shutdown()
        await origin.shutdown()
    }

    @Test(arguments: dataPlanes)
    func aPlainRequestInsideBecomesAVerifiedTLSRequestOutside(dataPlane: DataPlaneName) async throws {
        let authority = try CertificateAuthority()
        let origin = try await Origin.start(
            tls: ServerTLS(try authority.server("raw.githubusercontent.com")),
            pages: ["/mcasperson/NodejsProxy/master/externalservice1.txt": "External Service 1\n"])
        let fixture = try await MeshFixture(
            try MeshFixture.example(
                "service-entry/service-entry.yaml", "service-entry/virtual-service.yaml",
                "service-entry/destination-rule.yaml", "service-entry/webserver.yaml"),
            dataPlane: dataPlane, policy: .registryOnly,
            resolve: ["raw.githubusercontent.com:443:\(origin.address):\(origin.port)"],
            trustBundle: authority.certificateFile)
        let outcome = try await fixture.curl("http://webserver/anything?at=all")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output == "External Service 1\n")
        let request = try #require(origin.recorded().last)
        #expect(request.host == "raw.githubusercontent.com")
        #expect(request.tls?.serverName == "raw.githubusercontent.com")
        #expect(request.path == "/mcasperson/NodejsProxy/master/externalservice1.txt")
        if dataPlane == .envoy {
            let rejected = await fixture.mesh.envoyStatistics(matching: "update_rejected") ?? []
            #expect(!rejected.isEmpty)
            #expect(rejected.allSatisfy { $0.value == 0 }, "\(rejected)")
        }
        await fixture.shutdown()
        await origin.shutdown()
    }
}
