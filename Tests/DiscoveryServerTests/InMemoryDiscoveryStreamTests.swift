import DiscoveryServer
import EnvoyAPI
import SwiftProtobuf
import Synchronization
import Testing

@Suite struct InMemoryDiscoveryStreamTests {
    static func set(port: UInt32) -> ResourceSet {
        ResourceSet(
            listeners: [
                .with {
                    $0.name = "l"
                    $0.filterChains = [
                        .with {
                            $0.filters = [
                                .with {
                                    $0.typedConfig = Google_Protobuf_Any(
                                        packing: Envoy_Extensions_Filters_Network_HttpConnectionManager_V3_HttpConnectionManager
                                            .with { $0.rds.routeConfigName = "80" })
                                }
                            ]
                        }
                    ]
                }
            ],
            clusters: [
                .with {
                    $0.name = "c"
                    $0.type = .eds
                }
            ],
            routes: [.with { $0.name = "80" }],
            endpoints: [
                .with {
                    $0.clusterName = "c"
                    $0.endpoints = [
                        .with {
                            $0.lbEndpoints = [
                                .with {
                                    $0.endpoint.address = .socket(host: "127.0.0.1", port: port)
                                }
                            ]
                        }
                    ]
                }
            ],
            nameTable: .with { $0.table["a.example"] = .with { $0.ips = ["240.240.0.1"] } })
    }

    @Test func `a data plane in the process gets each complete state and may refuse`() async throws {
        let feed = ResourceFeed(ResourceSnapshot(Self.set(port: 1)))
        let rejections = Mutex<[Rejection]>([])
        let service = DiscoveryService(source: feed) { rejection, proxy in
            #expect(proxy.connection == .inMemory)
            rejections.withLock { $0.append(rejection) }
        }
        let stream = InMemoryDiscoveryStream(service: service, node: .with { $0.id = "me" })
        let states = Mutex<[ResourceSet]>([])
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await stream.run { set in
                let count = states.withLock { states in
                    states.append(set)
                    return states.count
                }
                switch count {
                case 1:
                    feed.publish(ResourceSnapshot(Self.set(port: 2)))
                    return [:]
                case 2:
                    feed.publish(ResourceSnapshot(Self.set(port: 3)))
                    return [.endpoints("c"): "port 2 is taken"]
                default:
                    end.finish()
                    return [:]
                }
            }
        }
        for await _ in ended {}
        task.cancel()
        _ = await task.result
        #expect(states.withLock { $0 } == [1, 2, 3].map { Self.set(port: $0) })
        let rejection = try #require(rejections.withLock { $0 }.first)
        #expect(rejection.typeURL == .clusterLoadAssignment)
        #expect(rejection.message == "c: port 2 is taken")
        #expect(service.proxies.all.isEmpty)
    }
}
