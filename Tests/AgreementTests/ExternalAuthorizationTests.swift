import ConfigGeneration
import DataPlane
import Diagnostics
import EnvoyAPI
import PetrelTestKit
import Testing
import TrafficModel

/// `CUSTOM` policies attached to a service: Envoy asks the provider about what
/// they select, and about nothing else; Petrel's proxy asks nobody and refuses it.
@Suite("External authorization at the caller", .timeLimit(.minutes(2)))
struct ExternalAuthorizationTests {
    private static let golden = "outbound-authorization-custom"
    private static let provider = "outbound|8000||judge.example.com"

    /// A judge who refuses everybody and leaves a mark.
    private static func stage() async throws -> (StagedResources, CompiledProxy) {
        let golden = try Golden(golden)
        let configuration = golden.generate()
        let staged = try await StagedResources(
            configuration.resources,
            behaviours: [
                provider: { stream in
                    _ = try await stream.receive { $0.count > 16 }
                    try await stream.send("HTTP/1.1 403 Forbidden\r\nx-n: judged\r\ncontent-length: 0\r\n\r\n")
                    _ = try? await stream.receiveToEnd(timeout: .seconds(5))
                }
            ])
        return (staged, CompiledProxy(configuration: configuration, identity: golden.proxy, objects: golden.objects))
    }

    private static func sender(_ path: String, _ proxy: CompiledProxy) throws -> TrafficSender {
        let query = try TrafficQuery.parse("http://api.example.com\(path)").get()
        return TrafficSender(query: query, explanation: proxy.explain(query))
    }

    @Test(.enabled(if: EnvoyProcess.isAvailable)) func envoyAsksTheProvider() async throws {
        let (staged, proxy) = try await Self.stage()
        var bootstrap = StaticBootstrap(isForTraffic: true)
        try bootstrap.add(staged.resources, as: Self.golden)
        let envoy = try #require(try await EnvoyProcess.start(bootstrap: bootstrap.json))
        let port = try await envoy.port(ofListener: StaticBootstrap.name("0.0.0.0_80", of: Self.golden))
        let refused = await (try Self.sender("/asked/x", proxy)).send(to: port, announces: true)
        #expect(refused == .answer(status: 403, location: ""))
        let passed = await (try Self.sender("/free", proxy)).send(to: port, announces: true)
        #expect(passed == .request(cluster: "outbound|80||api.example.com", path: "/free", host: "api.example.com"))
    }

    @Test func petrelsProxyRefusesWhatItCannotAskAbout() async throws {
        let (staged, proxy) = try await Self.stage()
        var settings = DataPlaneConfiguration()
        settings.concurrency = 1
        settings.usesHostsFile = false
        let plane = DataPlane(settings)
        plane.start()
        defer { plane.stop() }
        let workload = plane.makeWorkload("custom")
        let (tables, rejections) = TrafficTables.compile(staged.resources)
        #expect(rejections.isEmpty)
        #expect(workload.publish(tables).isEmpty)
        let port = Int(try #require(workload.boundPort(listener: "0.0.0.0_80")))
        let refused = await (try Self.sender("/asked/x", proxy)).send(to: port, announces: false)
        #expect(refused == .answer(status: 403, location: ""))
        let passed = await (try Self.sender("/free", proxy)).send(to: port, announces: false)
        #expect(passed == .request(cluster: "outbound|80||api.example.com", path: "/free", host: "api.example.com"))
    }

    @Test func theExplanationSaysWhoDecides() async throws {
        let (_, proxy) = try await Self.stage()
        let explanation = proxy.explain(try TrafficQuery.parse("http://api.example.com/asked").get())
        #expect(explanation.verdict == "denied")
        let step = try #require(explanation.because.first { $0.subject == "accessRules" && $0.outcome == "failed" })
        #expect(step.object == "AuthorizationPolicy default/asked")
        #expect(step.detail.contains("provider"))
    }
}
