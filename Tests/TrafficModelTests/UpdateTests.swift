import EnvoyAPI
import SwiftProtobuf
import Testing

@testable import TrafficModel

struct UpdateTests {
    /// Kind, resource, the field that the message must name.
    static let unsupported: [(Rejection.Kind, String, String)] = [
        (.cluster, #"{"name": "x", "lbSubsetConfig": {}}"#, "lb_subset_config"),
        (.cluster, #"{"name": "x", "lbPolicy": "RING_HASH", "ringHashLbConfig": {"hashFunction": "MURMUR_HASH_2"}}"#, "ring_hash_lb_config.hash_function"),
        (.cluster, #"{"name": "x", "type": "LOGICAL_DNS"}"#, "load_assignment"),
        (.routeConfiguration, #"{"name": "x", "vhds": {}}"#, "vhds"),
        (.routeConfiguration, #"{"name": "x", "virtualHosts": [{"name": "v", "domains": ["*"], "routes": [{"match": {"prefix": "/", "dynamicMetadata": [{"filter": "f"}]}, "route": {"cluster": "a"}}]}]}"#, "virtual_hosts[0].routes[0].match.dynamic_metadata"),
        (.routeConfiguration, #"{"name": "x", "virtualHosts": [{"name": "v", "domains": ["*"], "routes": [{"match": {"safeRegex": {"regex": "("}}, "route": {"cluster": "a"}}]}]}"#, "virtual_hosts[0].routes[0].match.safe_regex.regex"),
        (.routeConfiguration, #"{"name": "x", "virtualHosts": [{"name": "v", "domains": ["*"], "requestHeadersToRemove": ["Host"]}]}"#, "virtual_hosts[0].request_headers_to_remove"),
        (.routeConfiguration, #"{"name": "x", "virtualHosts": [{"name": "v", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "a", "regexRewrite": {"pattern": {"regex": "a"}, "substitution": "\\1"}}}]}]}"#, "substitution"),
        (.listener, #"{"name": "x", "address": {"socketAddress": {"address": "0.0.0.0", "portValue": 1}}}"#, "filter_chains"),
        (.listener, #"{"name": "x", "address": {"socketAddress": {"address": "host", "portValue": 1}}}"#, "address.socket_address.address"),
    ]

    @Test(arguments: unsupported) func whatWouldChangeTrafficIsRefusedByName(kind: Rejection.Kind, json: String, field: String) throws {
        var resources = ResourceSet(clusters: [Fixture.fixedCluster("good")])
        switch kind {
        case .cluster: resources.clusters.append(try Fixture.cluster(json))
        case .routeConfiguration: resources.routes.append(try Fixture.routes(json))
        default: resources.listeners.append(try Fixture.listener(json))
        }
        let (tables, rejections) = TrafficTables.compile(resources)
        try #require(rejections.count == 1)
        #expect(rejections[0].kind == kind)
        #expect(rejections[0].name == "x")
        #expect(rejections[0].message.contains(field), "\(rejections[0].message)")
        #expect("good".withBuffer { tables.cluster(named: $0) } != nil)
    }

    @Test func unknownFiltersAreRefusedUnlessOptional() throws {
        func filter(_ more: String) -> String {
            #"{"name": "lua" \#(more), "typedConfig": {"@type": "type.googleapis.com/envoy.type.v3.Percent"}}"#
        }
        let strict = TrafficTables.compile(ResourceSet(listeners: [try Fixture.httpListener(filters: [filter("")])]))
        #expect(strict.rejections.first?.message.contains("http_filters[0]") == true)
        let optional = TrafficTables.compile(
            ResourceSet(listeners: [try Fixture.httpListener(filters: [filter(#", "isOptional": true"#)])]))
        #expect(optional.rejections.isEmpty)
    }

    private func routes(_ cluster: String) throws -> Envoy_Config_Route_V3_RouteConfiguration {
        try Fixture.routes(
            #"{"name": "80", "virtualHosts": [{"name": "v", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "\#(cluster)"}}]}]}"#)
    }

    @Test func aBadUpdateLeavesThePreviousVersionInForce() throws {
        let first = try Fixture.compile(
            ResourceSet(listeners: [Fixture.httpListener()], clusters: [Fixture.fixedCluster("a")], routes: [routes("a")]))
        var bad = try routes("b")
        bad.vhostHeader = "x"
        let (second, rejections) = TrafficTables.compile(
            ResourceSet(
                listeners: [try Fixture.httpListener()],
                clusters: [Fixture.fixedCluster("a"), Fixture.fixedCluster("b")], routes: [bad]), previous: first)
        #expect(rejections.map(\.message) == ["vhost_header: not supported"])
        #expect(try second.request(RequestText(authority: "h")).cluster == "a")
        let (third, none) = second.applying(ResourceChange(updated: ResourceSet(routes: [try routes("b")])))
        #expect(none.isEmpty)
        #expect(try third.request(RequestText(authority: "h")).cluster == "b")
        #expect(try first.request(RequestText(authority: "h")).cluster == "a")
    }

    @Test func unchangedResourcesKeepIndexAndRevision() throws {
        let names = ["a", "b", "c"]
        let first = try Fixture.compile(ResourceSet(clusters: names.map(Fixture.fixedCluster)))
        var changed = Fixture.fixedCluster("b")
        changed.connectTimeout = .init(seconds: 9)
        let (second, _) = TrafficTables.compile(
            ResourceSet(clusters: [changed, Fixture.fixedCluster("c"), Fixture.fixedCluster("d")]), previous: first)
        func index(_ tables: TrafficTables, _ name: String) -> Int? { name.withBuffer { tables.cluster(named: $0) } }
        for name in ["b", "c"] { #expect(index(first, name) == index(second, name)) }
        let b = try #require(index(first, "b"))
        let c = try #require(index(first, "c"))
        #expect(first.clusters[b].revision != second.clusters[b].revision)
        #expect(first.clusters[c].revision == second.clusters[c].revision)
        #expect(index(second, "a") == nil)
        #expect(second.generation == first.generation + 1)
        let (third, _) = second.applying(ResourceChange(updated: ResourceSet(clusters: [Fixture.fixedCluster("e")])))
        #expect(index(third, "e") == index(first, "a"))
    }

    @Test func connectionsAreHandedOverByOriginalDestination() throws {
        func tcp(_ name: String, _ address: String, _ port: Int, _ more: String = "") throws -> Envoy_Config_Listener_V3_Listener {
            try Fixture.listener(
                """
                {"name": "\(name)", "address": {"socketAddress": {"address": "\(address)", "portValue": \(port)}},
                 "filterChains": [{"filters": [\(Fixture.tcp("a"))]}] \(more)}
                """)
        }
        let tables = try Fixture.compile(
            ResourceSet(
                listeners: [
                    tcp("virtualOutbound", "0.0.0.0", 15001, #", "useOriginalDst": true"#),
                    tcp("0.0.0.0_80", "0.0.0.0", 80, #", "bindToPort": false"#),
                    tcp("10.0.0.1_80", "10.0.0.1", 80, #", "bindToPort": false"#),
                ], clusters: [Fixture.fixedCluster("a")]))
        let accepting = try #require(tables.listener(named: "virtualOutbound"))
        for (address, port, name) in [
            ("10.0.0.1", 80, "10.0.0.1_80"), ("10.0.0.2", 80, "0.0.0.0_80"), ("10.0.0.1", 81, "virtualOutbound"),
            ("2001:db8::1", 80, "0.0.0.0_80"),
        ] as [(String, UInt16, String)] {
            let facts = ConnectionFacts(destination: try #require(IPAddress(address)), port: port)
            let decision = tables.decide(facts, on: accepting, random: 0)
            #expect(tables.listeners[Int(decision.listener)].name.string == name)
            #expect(decision.handling == .tcp)
        }
    }

    @Test(arguments: [("BlackHoleCluster", Reason.blackHole), ("missing", .noCluster), ("empty", .noEndpoint)])
    func connectionsWithoutADestinationSayWhy(cluster: String, reason: Reason) throws {
        let tables = try Fixture.compile(
            ResourceSet(
                listeners: [
                    Fixture.listener(
                        #"{"name": "l", "address": {"socketAddress": {"address": "0.0.0.0", "portValue": 1}}, "filterChains": [{"filters": [\#(Fixture.tcp(cluster))]}]}"#)
                ],
                clusters: [
                    Fixture.cluster(#"{"name": "BlackHoleCluster", "type": "STATIC"}"#),
                    Fixture.cluster(#"{"name": "empty", "type": "EDS", "edsClusterConfig": {"edsConfig": {"ads": {}}}}"#),
                ]))
        let decision = tables.decide(ConnectionFacts(destination: IPAddress(v4: 1), port: 1), on: 0, random: 0)
        #expect(decision.reason == reason)
        #expect(decision.handling == .close)
    }
}
