import DataPlane
import DiscoveryClient
import DiscoveryServer
import EnvoyAPI
import PetrelTestKit
import Testing

@testable import ProxyRuntime

/// A real proxy on a real stream.
@Suite(.timeLimit(.minutes(2))) struct ControlPlaneLossTests {
    private static let everyType: Set<EnvoyTypeURL> = [.cluster, .clusterLoadAssignment, .listener, .routeConfiguration]

    private static func isSynced(_ phases: [EnvoyTypeURL: ProxyStatus.Phase]) -> Bool {
        Set(phases.keys) == everyType && phases.values.allSatisfy { $0 == .synced }
    }

    private func get(_ path: String, _ sidecar: TestSidecar) async throws -> String {
        let port = try #require(sidecar.proxy.workload.boundPort(listener: "outbound"))
        return try await HTTPExchange.send("GET", path, to: "127.0.0.1", port: Int(port)).text
    }

    @Test(arguments: [DiscoveryVariant.delta, .stateOfTheWorld])
    func `Takes its configuration, refuses what is bad, and keeps what was good`(variant: DiscoveryVariant) async throws {
        let origin = try await Origin.start { _ in .text("origin") }
        let control = TestControlPlane()
        control.publish(MeshFixture.set(endpoint: origin.port))
        try await control.start()
        let sidecar = try await TestSidecar(xds: control.port, variant: variant)
        await sidecar.wait { if case .initialized = $0 { true } else { false } }
        #expect(sidecar.proxy.isReady)
        try await control.wait(for: Self.isSynced)
        #expect(try await get("/version", sidecar) == "one")
        #expect(try await get("/", sidecar) == "origin")

        // A listener that can't be, beside a change that can.
        var set = MeshFixture.set(endpoint: origin.port, version: "two")
        set.listeners.append(MeshFixture.listener(name: "broken-listener", hasRouter: false))
        control.publish(set)
        try await control.wait { $0[.listener] == .rejected && $0[.routeConfiguration] == .synced }
        let rejection = try #require(await control.rejected.first)
        #expect(rejection.resourceNames == ["broken-listener"])
        #expect(rejection.message.contains("http_filters"))
        #expect(try await get("/version", sidecar) == "two")
        #expect(try await get("/", sidecar) == "origin")
        let held = sidecar.proxy.discovery?.holding.types[.listener]
        #expect(held?.refused.keys.sorted() == ["broken-listener"])

        await sidecar.proxy.drain(deadline: .zero)
        await control.stop()
        await origin.shutdown()
    }

    @Test(arguments: [DiscoveryVariant.delta, .stateOfTheWorld])
    func `Serves on while the control plane is gone, and follows it when it is back`(variant: DiscoveryVariant) async throws {
        let origin = try await Origin.start { _ in .text("origin") }
        let control = TestControlPlane()
        control.publish(MeshFixture.set(endpoint: origin.port))
        try await control.start()
        let sidecar = try await TestSidecar(xds: control.port, variant: variant)
        await sidecar.wait { if case .initialized = $0 { true } else { false } }

        await control.stop()
        await sidecar.wait { if case .disconnected = $0 { true } else { false } }
        for _ in 0..<20 { #expect(try await get("/", sidecar) == "origin") }
        #expect(sidecar.proxy.isReady)
        #expect(sidecar.proxy.discovery?.holding.types[.cluster]?.active.keys.sorted() == ["app"])

        // Meanwhile everything changed.
        control.publish(MeshFixture.set(endpoint: origin.port, version: "back", timeout: 7))
        try await control.start()
        await sidecar.wait { if case .connected = $0 { true } else { false } }
        try await control.wait(for: Self.isSynced)
        #expect(try await get("/version", sidecar) == "back")
        #expect(try await get("/", sidecar) == "origin")
        #expect(await control.rejected.isEmpty)

        await sidecar.proxy.drain(deadline: .zero)
        await control.stop()
        await origin.shutdown()
    }

    @Test func `A proxy that starts first waits for its control plane`() async throws {
        let origin = try await Origin.start { _ in .text("origin") }
        let control = TestControlPlane()
        control.publish(MeshFixture.set(endpoint: origin.port))
        try await control.start()
        let port = await control.port
        await control.stop()
        let sidecar = try await TestSidecar(xds: port, variant: .delta)
        await sidecar.wait { if case .disconnected = $0 { true } else { false } }
        #expect(!sidecar.proxy.isReady)
        try await control.start()
        await sidecar.wait { if case .initialized = $0 { true } else { false } }
        #expect(try await get("/", sidecar) == "origin")
        await sidecar.proxy.drain(deadline: .zero)
        await control.stop()
        await origin.shutdown()
    }
}
