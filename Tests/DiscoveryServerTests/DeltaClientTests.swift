import DiscoveryServer
import EnvoyAPI
import SwiftProtobuf
import Testing

@Suite struct DeltaClientTests {
    /// A session and a client that answers everything at once.
    final class Pair {
        var session = DeltaSession()
        var client = DeltaClient(node: .with { $0.id = "me" })
        var sent: [String] = []

        func connect(_ snapshot: ResourceSnapshot) throws {
            session = DeltaSession()
            sent = []
            try run(session.handle(.resources(snapshot)))
            for request in client.start() { try run(session.handle(.request(request))) }
        }

        func publish(_ snapshot: ResourceSnapshot) throws {
            sent = []
            try run(session.handle(.resources(snapshot)))
        }

        private func run(_ actions: [DiscoveryAction<DeltaResponse>]) throws {
            for case .send(let response) in actions {
                sent += response.resources.map { "\(short(response.typeURL)) \($0.name)" }
                let requests = try client.receive(response) + [client.accept(response)]
                for request in requests { try run(session.handle(.request(request))) }
            }
        }
    }

    /// Clusters and listeners with what they refer to; some of it missing.
    static func randomSet(_ generator: inout SeededGenerator) -> ResourceSet {
        var set = ResourceSet()
        for index in 0..<5 {
            if Bool.random(using: &generator) {
                let timeout = Int64.random(in: 1...2, using: &generator)
                set.clusters.append(
                    .with {
                        $0.name = "c\(index)"
                        $0.type = .eds
                        $0.connectTimeout = .init(seconds: timeout)
                    })
            }
            if Bool.random(using: &generator) {
                set.endpoints.append(
                    EnvoyFixtures.assignment(
                        "c\(index)", port: Int.random(in: 1...2, using: &generator)))
            }
            if Bool.random(using: &generator) {
                set.listeners.append(
                    EnvoyFixtures.listener(
                        name: "l\(index)",
                        routes: "r\(Int.random(in: 0..<3, using: &generator))"))
            }
        }
        for index in 0..<3 where Bool.random(using: &generator) {
            let domain = Bool.random(using: &generator) ? "a" : "b"
            set.routes.append(
                .with {
                    $0.name = "r\(index)"
                    $0.virtualHosts = [.with { $0.domains = [domain] }]
                })
        }
        if Bool.random(using: &generator) {
            set.nameTable.table["a.example"] = .with { $0.ips = ["240.240.0.1"] }
        }
        return set
    }

    /// What a proxy asks for, of all there is.
    static func reachable(_ set: ResourceSet) -> ResourceSet {
        var set = set
        let clusters = Set(set.clusters.map(\.name))
        let routes = set.listeners.reduce(into: Set<String>()) {
            $0.formUnion($1.discoveredRouteNames)
        }
        set.endpoints.removeAll { !clusters.contains($0.clusterName) }
        set.routes.removeAll { !routes.contains($0.name) }
        return set
    }

    @Test(arguments: 0..<60)
    func `the client holds what its resources refer to, after every change and reconnect`(
        seed: Int
    ) throws {
        var generator = SeededGenerator(seed: UInt64(seed) &+ 77)
        let pair = Pair()
        var set = Self.randomSet(&generator)
        try pair.connect(ResourceSnapshot(set))
        for _ in 0..<25 {
            #expect(pair.client.resources == Self.reachable(set))
            #expect(pair.client.isComplete)
            if Int.random(in: 0..<5, using: &generator) == 0 {
                try pair.connect(ResourceSnapshot(set))
                #expect(pair.sent.isEmpty, "nothing changed while the proxy was away")
            } else {
                set = Self.randomSet(&generator)
                try pair.publish(ResourceSnapshot(set))
            }
        }
    }

    @Test func `after a reconnect only what changed meanwhile is sent`() throws {
        let pair = Pair()
        try pair.connect(ResourceSnapshot(EnvoyFixtures.set(endpoint: 1)))
        #expect(pair.sent.count == 7)
        try pair.connect(ResourceSnapshot(EnvoyFixtures.set(endpoint: 1, version: "two")))
        #expect(pair.sent == ["RDS 80"])
    }

    @Test func `a resource that can't be decoded changes nothing`() throws {
        var client = DeltaClient(node: .with { $0.id = "me" })
        let response = DeltaResponse.with {
            $0.typeURL = EnvoyTypeURL.cluster.rawValue
            $0.resources = ["good", "bad"].map { name in
                .with {
                    $0.name = name
                    $0.resource = Google_Protobuf_Any(packing: Cluster.with { $0.name = name })
                    if name == "bad" { $0.resource.value.append(0xff) }
                }
            }
        }
        #expect(throws: (any Error).self) { _ = try client.receive(response) }
        #expect(client.resources == ResourceSet())
        let refusal = client.refuse(response, because: "broken")
        #expect(refusal.errorDetail.message == "broken")
    }
}
