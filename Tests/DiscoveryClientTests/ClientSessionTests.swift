import EnvoyAPI
import SwiftProtobuf
import Testing

@testable import DiscoveryClient

/// One dialogue for each rule.
@Suite struct ClientSessionTests {
    @Test func `Clusters are asked for first, listeners when they are there`() {
        var configuration = ClientSession.Configuration()
        configuration.node.id = "p"
        var session = ClientSession(configuration)
        let first = session.connected(at: 0)
        #expect(first.map(\.type) == [.cluster])
        #expect(first[0].node?.id == "p")
        let (intake, settlement) = session.take(Fixtures.clusters(Fixtures.fixedCluster("a")))
        #expect(intake.apply.updated.clusters.map(\.name) == ["a"])
        #expect(settlement.requests.map(\.type) == [.cluster, .listener])
        #expect(settlement.requests[0].nonce == "1" && settlement.requests[0].refusal == nil)
        #expect(settlement.requests[1].node == nil)
    }

    @Test func `A control plane that wants it is told with each request who asks`() {
        var configuration = ClientSession.Configuration()
        configuration.node.id = "p"
        configuration.repeatsNode = true
        var session = ClientSession(configuration)
        _ = session.connected(at: 0)
        let (_, settlement) = session.take(Fixtures.clusters(Fixtures.fixedCluster("a")))
        #expect(settlement.requests.map { $0.node?.id } == ["p", "p"])
    }

    @Test func `A cluster is in force when its endpoints and secrets are here`() {
        var session = ClientSession.open()
        let cluster = Fixtures.discoveredCluster("a", secret: "roots")
        let (intake, settlement) = session.take(Fixtures.clusters(cluster))
        #expect(intake.apply.isEmpty)
        #expect(intake.check.clusters.map(\.name) == ["a"])
        #expect(settlement.requests.map(\.type) == [.cluster, .clusterLoadAssignment, .secret])
        #expect(settlement.requests[1].subscribe == ["a"])
        #expect(session.types[.cluster]?.warming.keys.sorted() == ["a"])

        let (endpoints, still) = session.take(Fixtures.delivery(.clusterLoadAssignment, [("a", Fixtures.endpoints("a"))]))
        #expect(endpoints.apply.updated.endpoints.count == 1)
        #expect(still.update.isEmpty)
        let secret = Envoy_Extensions_TransportSockets_Tls_V3_Secret.with { $0.name = "roots" }
        let (_, done) = session.take(Fixtures.delivery(.secret, [("roots", secret)]))
        #expect(done.update.updated.clusters.map(\.name) == ["a"])
        // Now listeners, which could refer to it.
        #expect(done.requests.map(\.type) == [.secret, .listener])
        #expect(session.types[.cluster]?.warming.isEmpty == true)
    }

    @Test func `Until a new version is complete the old one serves`() {
        var session = ClientSession.open()
        _ = session.take(Fixtures.clusters(Fixtures.fixedCluster("a", timeout: 1)))
        let (_, settlement) = session.take(Fixtures.clusters(Fixtures.discoveredCluster("a", timeout: 2), nonce: "2", version: "v2"))
        #expect(settlement.update.isEmpty)
        #expect(session.types[.cluster]?.active["a"]?.version == "v1")
        #expect(session.types[.cluster]?.warming["a"]?.version == "v2")
        let (_, done) = session.take(Fixtures.delivery(.clusterLoadAssignment, [("a", Fixtures.endpoints("a"))]))
        #expect(done.update.updated.clusters.first?.connectTimeout.seconds == 2)
    }

    @Test func `Endpoints that don't exist are an answer`() {
        var session = ClientSession.open()
        _ = session.take(Fixtures.clusters(Fixtures.discoveredCluster("a")))
        let none = Fixtures.delivery(.clusterLoadAssignment, [(String, Envoy_Config_Endpoint_V3_ClusterLoadAssignment)](), removed: ["a"])
        let (_, done) = session.take(none)
        #expect(done.update.updated.clusters.map(\.name) == ["a"])
    }

    @Test func `Waiting ends where the configuration source says so`() {
        var session = ClientSession.open()
        _ = session.take(Fixtures.clusters(Fixtures.discoveredCluster("a", patience: 15), Fixtures.discoveredCluster("b")), at: 1000)
        #expect(session.deadline == 16_000)
        #expect(session.expire(at: 15_999).update.isEmpty)
        let settlement = session.expire(at: 16_000)
        #expect(settlement.update.updated.clusters.map(\.name) == ["a"])
        // b waits for ever.
        #expect(session.deadline == nil)
        #expect(session.types[.cluster]?.warming.keys.sorted() == ["b"])
    }

    @Test func `A refused resource keeps its last good version and doesn't hold up the others`() {
        var session = ClientSession.open()
        _ = session.take(Fixtures.clusters(Fixtures.fixedCluster("a"), Fixtures.fixedCluster("b")))
        let next = Fixtures.clusters(Fixtures.fixedCluster("a", timeout: 9), Fixtures.fixedCluster("b", timeout: 9), nonce: "2", version: "v2")
        let (_, settlement) = session.take(next, refusing: [.cluster("b"): "lb_subset_config: not supported"])
        #expect(settlement.requests.first?.refusal == "b: lb_subset_config: not supported")
        #expect(settlement.requests.first?.nonce == "2")
        #expect(settlement.requests.first?.version == "v1")
        #expect(session.types[.cluster]?.active["a"]?.version == "v2")
        #expect(session.types[.cluster]?.active["b"]?.version == "v1")
        #expect(session.types[.cluster]?.refused["b"]?.reason == "lb_subset_config: not supported")

        let (_, mended) = session.take(Fixtures.clusters(Fixtures.fixedCluster("b", timeout: 3), nonce: "3", version: "v3"))
        #expect(mended.requests.first?.refusal == nil)
        #expect(session.types[.cluster]?.refused.isEmpty == true)
    }

    @Test func `What can't be read is refused by name`() {
        var session = ClientSession.open()
        var response = Fixtures.clusters(Fixtures.fixedCluster("a"), Fixtures.fixedCluster("b"), Fixtures.fixedCluster("b"))
        response.items[0].body?.value = .init([0xff, 0xff])
        response.items.append(.init(name: "c", version: "v1", body: Google_Protobuf_Any(packing: Fixtures.route("c"))))
        response.items.append(.init(name: "d", version: "v1", body: Google_Protobuf_Any(packing: Fixtures.fixedCluster("e"))))
        let (intake, settlement) = session.take(response)
        #expect(intake.apply.isEmpty)
        let reason = settlement.requests.first?.refusal ?? ""
        #expect(reason.contains("a: can't be decoded as envoy.config.cluster.v3.Cluster"))
        #expect(reason.contains("b: is there twice"))
        #expect(reason.contains("c: is of type type.googleapis.com/envoy.config.route.v3.RouteConfiguration"))
        #expect(reason.contains("d: was sent under this name and calls itself e"))
    }

    @Test func `A type that wasn't asked for is refused`() {
        var session = ClientSession.open()
        let (intake, settlement) = session.take(Fixtures.delivery("type.googleapis.com/x.Y", [("a", Fixtures.route("a"))]))
        #expect(intake.apply.isEmpty)
        #expect(settlement.requests.first?.refusal?.contains("was never asked for") == true)
    }

    @Test func `Removal frees what was referred to`() {
        var session = ClientSession.open()
        _ = session.take(Fixtures.clusters(Fixtures.discoveredCluster("a"), Fixtures.fixedCluster("b")))
        _ = session.take(Fixtures.delivery(.clusterLoadAssignment, [("a", Fixtures.endpoints("a"))]))
        let (intake, settlement) = session.take(Fixtures.clusters(nonce: "2", removed: ["a"]))
        #expect(intake.apply.removed == [.cluster("a")])
        #expect(settlement.update.removed == [.endpoints("a")])
        #expect(settlement.requests.last?.unsubscribe == ["a"])
        #expect(session.types[.clusterLoadAssignment]?.active.isEmpty == true)
    }

    @Test func `In the older protocol what isn't mentioned is gone`() {
        var session = ClientSession.open(.stateOfTheWorld)
        let all = Fixtures.delivery(.cluster, [("a", Fixtures.fixedCluster("a")), ("b", Fixtures.fixedCluster("b"))], isEverything: true)
        _ = session.take(all)
        let fewer = Fixtures.delivery(.cluster, [("b", Fixtures.fixedCluster("b"))], nonce: "2", version: "v2", isEverything: true)
        let (intake, settlement) = session.take(fewer)
        #expect(intake.apply.removed == [.cluster("a")])
        #expect(settlement.requests.first?.version == "v2")
        // A type that is asked for by name loses nothing that way.
        _ = session.take(Fixtures.listeners(Fixtures.listener("l", routes: "r")))
        _ = session.take(Fixtures.delivery(.routeConfiguration, [("r", Fixtures.route("r"))], isEverything: true))
        let none = Fixtures.delivery(.routeConfiguration, [(String, Envoy_Config_Route_V3_RouteConfiguration)](), isEverything: true)
        #expect(session.take(none).0.apply.isEmpty)
        #expect(session.types[.routeConfiguration]?.active.keys.sorted() == ["r"])
    }

    @Test func `A new stream is told what is here, and all types are asked for at once`() {
        var session = ClientSession.open()
        _ = session.take(Fixtures.clusters(Fixtures.discoveredCluster("a"), version: "c1"))
        _ = session.take(Fixtures.delivery(.clusterLoadAssignment, [("a", Fixtures.endpoints("a"))], version: "e1"))
        _ = session.take(Fixtures.listeners(Fixtures.listener("l", routes: "r"), version: "l1"))
        session.disconnected()
        #expect(session.types[.cluster]?.active.isEmpty == false)
        let requests = session.connected(at: 0)
        #expect(requests.map(\.type) == [.cluster, .clusterLoadAssignment, .listener, .routeConfiguration])
        #expect(requests.map(\.heldVersions) == [["a": "c1"], ["a": "e1"], ["l": "l1"], [:]])
        #expect(requests.map { $0.node != nil } == [true, false, false, false])
        #expect(requests[3].subscribe == ["r"])
        #expect(requests.allSatisfy { $0.nonce.isEmpty })
    }

    @Test func `The bootstrap's resources can't be replaced`() {
        var configuration = ClientSession.Configuration()
        configuration.fixed = [.cluster("xds")]
        var session = ClientSession(configuration)
        _ = session.connected(at: 0)
        let (intake, settlement) = session.take(Fixtures.clusters(Fixtures.fixedCluster("xds"), Fixtures.fixedCluster("a")))
        #expect(intake.apply.updated.clusters.map(\.name) == ["a"])
        #expect(settlement.requests.first?.refusal == nil)
    }

    @Test func `A discovered filter stands in its listener, and changes with it`() throws {
        var session = ClientSession.open()
        _ = session.take(Fixtures.clusters(Fixtures.fixedCluster("a")))
        let (_, asked) = session.take(Fixtures.listeners(Fixtures.listener("l", routes: "r", filter: "limit")))
        #expect(asked.requests.map(\.type) == [.listener, .routeConfiguration, .extensionConfig])
        _ = session.take(Fixtures.delivery(.routeConfiguration, [("r", Fixtures.route("r"))]))
        func config(_ name: String) -> Delivery {
            Fixtures.delivery(
                .extensionConfig,
                [("limit", Envoy_Config_Core_V3_TypedExtensionConfig.with {
                    $0.name = "limit"
                    $0.typedConfig = Google_Protobuf_Any(packing: Fixtures.route(name))
                })])
        }
        func placed(_ listener: Envoy_Config_Listener_V3_Listener?) throws -> String {
            let manager = try #require(listener?.httpConnectionManagers.first)
            return try manager.httpFilters[0].typedConfig.unpack(as: Envoy_Config_Route_V3_RouteConfiguration.self).name
        }
        let (_, live) = session.take(config("one"))
        #expect(try placed(live.update.updated.listeners.first) == "one")
        let (changed, _) = session.take(config("two"), refusing: [.listener("l"): "http_filters[0]: not supported"])
        #expect(try placed(changed.apply.updated.listeners.first) == "two")
        #expect(session.types[.extensionConfig]?.refused["limit"]?.reason.contains("http_filters[0]") == true)
    }
}
