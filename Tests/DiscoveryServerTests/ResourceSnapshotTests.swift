import DiscoveryServer
import EnvoyAPI
import SwiftProtobuf
import Testing

@Suite struct ResourceSnapshotTests {
    @Test func `a version changes with the content and with nothing else`() throws {
        let one = try snapshot(clusters: ["a": 1, "b": 1], routes: ["80": 1])
        let same = try snapshot(clusters: ["b": 1, "a": 1], routes: ["80": 1])
        let other = try snapshot(clusters: ["a": 2, "b": 1], routes: ["80": 1])
        #expect(one[.cluster].version == same[.cluster].version)
        #expect(one[.cluster].version != other[.cluster].version)
        #expect(one[.routeConfiguration].version == other[.routeConfiguration].version)
        #expect(one[.cluster("b")]?.version == other[.cluster("b")]?.version)
        #expect(one[.cluster("a")]?.version != other[.cluster("a")]?.version)
    }

    @Test func `two resources can't trade their contents unnoticed`() throws {
        let one = try snapshot(clusters: ["a": 1, "b": 2])
        let other = try snapshot(clusters: ["a": 2, "b": 1])
        #expect(one[.cluster].version != other[.cluster].version)
    }

    @Test func `of two resources with one name the first counts`() throws {
        let set = ResourceSet(
            clusters: [
                .with {
                    $0.name = "a"
                    $0.altStatName = "first"
                }, .with { $0.name = "a" },
            ])
        let snapshot = ResourceSnapshot(set)
        let body = try #require(snapshot[.cluster("a")]?.body)
        #expect(
            try body.unpack(as: Envoy_Config_Cluster_V3_Cluster.self).altStatName == "first")
    }

    @Test func `a cluster knows under which name its endpoints are found`() throws {
        let set = ResourceSet(
            clusters: [
                .with {
                    $0.name = "a"
                    $0.type = .eds
                    $0.edsClusterConfig.serviceName = "other"
                },
                .with {
                    $0.name = "b"
                    $0.type = .eds
                },
                .with {
                    $0.name = "c"
                    $0.type = .strictDns
                },
            ])
        let clusters = ResourceSnapshot(set)[.cluster].resources
        #expect(clusters["a"]?.endpointsName == "other")
        #expect(clusters["b"]?.endpointsName == "b")
        #expect(clusters["c"]?.endpointsName == nil)
    }
}
