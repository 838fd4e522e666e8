import EnvoyAPI
import SwiftProtobuf
import Testing

@Suite struct ResourceNameTests {
    @Test func `what is referred to comes before what refers to it`() {
        let types: [EnvoyTypeURL] = [
            .nameTable, .routeConfiguration, "type.googleapis.com/x.Other", .secret, .listener,
            .clusterLoadAssignment, .cluster,
        ]
        #expect(
            types.sorted() == [
                .cluster, .clusterLoadAssignment, .listener, .routeConfiguration, .secret,
                .nameTable, "type.googleapis.com/x.Other",
            ])
    }

    @Test func `a name reads as a person would say it`() {
        #expect("\(ResourceName.cluster("outbound|80||a"))" == "Cluster outbound|80||a")
        #expect("\(ResourceName.route("80"))" == "RouteConfiguration 80")
    }

    @Test func `a set lists its names in push order`() {
        let set = ResourceSet(
            listeners: [.with { $0.name = "l" }],
            clusters: [.with { $0.name = "c" }],
            routes: [.with { $0.name = "r" }],
            endpoints: [.with { $0.clusterName = "c" }],
            nameTable: .with { $0.table["a.example"] = .init() })
        #expect(
            set.names == [
                .cluster("c"), .endpoints("c"), .listener("l"), .route("r"),
                ResourceName(typeURL: .nameTable, name: ""),
            ])
        #expect(set.names == set.names.sorted())
    }
}
