import EnvoyAPI
import PetrelTestKit
import SwiftProtobuf
import Synchronization
import Testing

@testable import DiscoveryServer

@Suite(.timeLimit(.minutes(1))) struct DiscoveryConversationTests {
    /// A proxy in the test: what it says, and what it hears.
    struct Proxy {
        let requests: AsyncStream<DeltaRequest>.Continuation
        let responses: AsyncStream<DeltaResponse>
        let conversation: Task<Void, any Error>

        init(_ service: DiscoveryService, onlyType: EnvoyTypeURL? = nil, gate: Gate? = nil) {
            let (stream, requests) = AsyncStream.makeStream(of: DeltaRequest.self)
            let (responses, heard) = AsyncStream.makeStream(of: DeltaResponse.self)
            self.requests = requests
            self.responses = responses
            let conversation = DiscoveryConversation<DeltaSession>(
                service: service, connection: .delta, onlyType: onlyType)
            self.conversation = Task {
                defer { heard.finish() }
                try await conversation.run(requests: stream) { response in
                    heard.yield(response)
                    try await gate?.wait()
                }
            }
        }

        func say(_ type: EnvoyTypeURL, id: String = "", nonce: String = "") {
            requests.yield(
                .with {
                    $0.typeURL = type.rawValue
                    if !id.isEmpty { $0.node.id = id }
                    $0.responseNonce = nonce
                })
        }

        func reason() async -> String {
            do {
                try await conversation.value
                return "none"
            } catch {
                return "\(error)"
            }
        }
    }

    @Test func `a stream whose first request names nobody is refused`() async throws {
        let proxy = Proxy(DiscoveryService(source: ResourceFeed()))
        proxy.say(.cluster)
        #expect(await proxy.reason() == "the first request of a stream must carry node.id")
    }

    @Test func `a proxy is told why the source refuses it`() async throws {
        struct Closed: DiscoverySource {
            func resources(
                for node: Envoy_Config_Core_V3_Node
            ) async throws -> AsyncStream<ResourceSnapshot> {
                throw DiscoveryRefusal(reason: "\(node.id) is not of this mesh")
            }
        }
        let proxy = Proxy(DiscoveryService(source: Closed()))
        proxy.say(.cluster, id: "stranger")
        #expect(await proxy.reason() == "stranger is not of this mesh")
    }

    @Test func `the service for secrets gives nothing else`() async throws {
        let feed = ResourceFeed(try snapshot(clusters: ["a": 1]))
        let proxy = Proxy(DiscoveryService(source: feed), onlyType: .secret)
        proxy.say(.cluster, id: "me")
        #expect(await proxy.reason().contains("envoy.config.cluster.v3.Cluster"))
    }

    @Test func `a proxy is listed while it is connected`() async throws {
        let service = DiscoveryService(source: ResourceFeed(try snapshot(clusters: ["a": 1])))
        let proxy = Proxy(service)
        proxy.say(.cluster, id: "me")
        var heard = proxy.responses.makeAsyncIterator()
        let response = try #require(await heard.next())
        #expect(service.proxies.all.map(\.nodeID) == ["me"])
        #expect(service.proxies.all.first?.phase == .sent)
        proxy.say(.cluster, nonce: response.nonce)
        for await proxies in service.proxies.updates where proxies.first?.phase == .synced { break }
        proxy.requests.finish()
        try await proxy.conversation.value
        #expect(service.proxies.all.isEmpty)
    }

    @Test func `a slow proxy skips states and gets the latest`() async throws {
        let feed = ResourceFeed(try snapshot(clusters: ["a": 0]))
        let gate = Gate()
        let proxy = Proxy(DiscoveryService(source: feed), gate: gate)
        proxy.say(.cluster, id: "me")
        var heard = proxy.responses.makeAsyncIterator()
        #expect(await heard.next() != nil)
        // The first response is being sent as long as the gate is shut.
        for content in 1...500 { feed.publish(try snapshot(clusters: ["a": content])) }
        let last = try #require(try snapshot(clusters: ["a": 500])[.cluster("a")]?.version)
        gate.open()
        var count = 0
        while let response = await heard.next() {
            count += 1
            if response.resources.first?.version == last { break }
        }
        #expect(count < 10)
        proxy.requests.finish()
        try await proxy.conversation.value
    }

    @Test func `a feed gives one proxy its own resources and the others the shared ones`()
        async throws
    {
        let feed = ResourceFeed(try snapshot(clusters: ["shared": 1]))
        feed.publish(try snapshot(clusters: ["own": 1]), to: "special")
        for (id, expected) in [("special", "own"), ("other", "shared")] {
            let proxy = Proxy(DiscoveryService(source: feed))
            proxy.say(.cluster, id: id)
            var heard = proxy.responses.makeAsyncIterator()
            let response = try #require(await heard.next())
            #expect(response.resources.map(\.name) == [expected])
            proxy.requests.finish()
            try await proxy.conversation.value
        }
    }
}
