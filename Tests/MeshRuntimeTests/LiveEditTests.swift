import MeshAPI
import MeshCompilation
import MeshRuntime
import PetrelTestKit
import Testing

/// Files are edited while requests run.
@Suite(.enabled(if: captureIsAvailable, "the kernel or nft gives no capture here"), .serialized)
struct LiveEditTests {
    static func entry(path: String) -> String {
        """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: api}
        spec:
          hosts: [api.example]
          ports: [{number: 80, name: http, protocol: HTTP}]
          resolution: DNS
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: api}
        spec:
          hosts: [api.example]
          http:
          - rewrite: {uri: \(path)}
            route: [{destination: {host: api.example, port: {number: 80}}}]

        """
    }

    @Test(arguments: dataPlanes)
    func theNextRequestFollowsTheEditAndTheOneInFlightIsNotDropped(dataPlane: DataPlaneName) async throws {
        let gate = Gate()
        let origin = try await Origin.start { request in
            request.path == "/slow" ? .text("slow").delayed(until: gate) : .text("fast")
        }
        let fixture = try await MeshFixture(
            ["api.yaml": Self.entry(path: "/slow")], dataPlane: dataPlane,
            resolve: ["api.example:80:\(origin.address):\(origin.port)"])
        async let inFlight = fixture.curl("http://api.example/")
        try await origin.waitForRequests(1)
        try await fixture.save(Self.entry(path: "/fast"), as: "api.yaml")
        if dataPlane == .petrel {
            let next = try await fixture.curl("http://api.example/")
            #expect(next.output == "fast")
        }
        gate.open()
        let first = try await inFlight
        #expect(first.output == "slow")
        #expect(first.status == 0)
        await fixture.shutdown()
        await origin.shutdown()
    }

    @Test func aBrokenFileChangesNothingAndSaysWhy() async throws {
        let origin = try await Origin.start { .text($0.path) }
        let fixture = try await MeshFixture(
            ["api.yaml": Self.entry(path: "/good")], resolve: ["api.example:80:\(origin.address):\(origin.port)"])
        #expect(try await fixture.curl("http://api.example/").output == "/good")
        try await fixture.save(Self.entry(path: "/bad") + "---\nkind: [unfinished\n", as: "api.yaml")
        #expect(try await fixture.curl("http://api.example/").output == "/good")
        let status = await fixture.mesh.status()
        #expect(status.contains("refused"))
        #expect(status.contains("api.yaml"))
        for await event in fixture.mesh.events {
            guard case .refused(let files, let violations) = event else { continue }
            #expect(files.count == 1)
            #expect(violations.allSatisfy { $0.location != nil })
            break
        }
        try await fixture.save(Self.entry(path: "/mended"), as: "api.yaml")
        #expect(try await fixture.curl("http://api.example/").output == "/mended")
        await fixture.shutdown()
        await origin.shutdown()
    }

    @Test func aConfigurationThatIsWrongFromTheStartRunsNothing() async throws {
        await #expect(throws: MeshStartError.self) {
            _ = try await MeshFixture(["bad.yaml": "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: a}\nspec: {hots: [x]}\n"])
        }
    }
}
