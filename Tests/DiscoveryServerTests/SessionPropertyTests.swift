import DiscoveryServer
import EnvoyAPI
import SwiftProtobuf
import Testing

/// Random histories: whatever happens, a client ends up with the server's state.
@Suite struct SessionPropertyTests {
    static let pool = (0..<6).map { "r\($0)" }

    static func randomNames(_ generator: inout SeededGenerator) -> [String: Int] {
        var result: [String: Int] = [:]
        for name in pool where Bool.random(using: &generator) {
            result[name] = Int.random(in: 1...3, using: &generator)
        }
        return result
    }

    /// A delta client of one type that answers late, in order, and refuses at
    /// random what it nevertheless keeps a note of.
    struct Client {
        var names: Set<String> = []
        var held: [String: String] = [:]
        var waiting: [DeltaResponse] = []

        mutating func take(_ actions: [DiscoveryAction<DeltaResponse>]) {
            for case .send(let response) in actions {
                for resource in response.resources { held[resource.name] = resource.version }
                for name in response.removedResources { held[name] = nil }
                waiting.append(response)
            }
        }
    }

    @Test(arguments: 0..<150)
    func `a delta client that named resources holds exactly those that exist`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let session = Dialogue<DeltaSession>()
        var client = Client()
        var current = try snapshot()
        for _ in 0..<40 {
            switch Int.random(in: 0..<4, using: &generator) {
            case 0:
                current = try snapshot(routes: Self.randomNames(&generator))
                client.take(session.handle(.resources(current)))
            case 1:
                let name = try #require(Self.pool.randomElement(using: &generator))
                client.names.insert(name)
                client.take(session.handle(ask(.routeConfiguration, name)))
            case 2:
                guard let name = client.names.sorted().randomElement(using: &generator) else {
                    continue
                }
                client.names.remove(name)
                client.held[name] = nil
                client.take(session.handle(ask(.routeConfiguration, drop: [name])))
            default:
                guard !client.waiting.isEmpty else { continue }
                let response = client.waiting.removeFirst()
                let refuses = Bool.random(using: &generator)
                client.take(
                    session.handle(
                        ask(
                            .routeConfiguration, nonce: response.nonce,
                            error: refuses ? "no" : nil)))
            }
            // Late responses to dropped names are dropped by a client.
            client.held = client.held.filter { client.names.contains($0.key) }
        }
        client.take(session.handle(.resources(current)))
        let expected = current[.routeConfiguration].resources
            .filter { client.names.contains($0.key) }.mapValues(\.version)
        #expect(client.held == expected)
    }

    @Test(arguments: 0..<100)
    func `delta and state of the world agree on wildcards`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed) &+ 1_000)
        let delta = Dialogue<DeltaSession>()
        let world = Dialogue<StateOfTheWorldSession>()
        var deltaHeld: [String: Google_Protobuf_Any] = [:]
        var worldHeld: [Google_Protobuf_Any] = []
        var nonces: [String] = []
        func apply(
            _ deltaActions: [DiscoveryAction<DeltaResponse>],
            _ worldActions: [DiscoveryAction<WorldResponse>]
        ) {
            for case .send(let response) in deltaActions {
                for resource in response.resources { deltaHeld[resource.name] = resource.resource }
                for name in response.removedResources { deltaHeld[name] = nil }
            }
            for case .send(let response) in worldActions {
                worldHeld = response.resources
                nonces.append(response.nonce)
            }
        }
        apply(delta.handle(ask(.cluster)), world.handle(want(.cluster)))
        for _ in 0..<20 {
            let current = try snapshot(clusters: Self.randomNames(&generator))
            apply(delta.handle(.resources(current)), world.handle(.resources(current)))
            if Bool.random(using: &generator), let nonce = nonces.randomElement(using: &generator) {
                apply(
                    delta.handle(ask(.cluster, nonce: nonce)),
                    world.handle(want(.cluster, nonce: nonce)))
            }
            let expected = current[.cluster].resources
            #expect(Set(deltaHeld.keys) == Set(expected.keys))
            #expect(deltaHeld.values.map(\.value).sorted { $0.lexicographicallyPrecedes($1) }
                == worldHeld.map(\.value).sorted { $0.lexicographicallyPrecedes($1) })
        }
    }

    @Test(arguments: 0..<60)
    func `nothing is sent twice without a reason`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed) &+ 9_000)
        let session = Dialogue<DeltaSession>()
        var held: [String: String] = [:]
        _ = session.handle(ask(.listener))
        for _ in 0..<30 {
            let current = try snapshot(listeners: Self.randomNames(&generator))
            for case .send(let response) in session.handle(.resources(current)) {
                for resource in response.resources {
                    #expect(held[resource.name] != resource.version)
                    held[resource.name] = resource.version
                }
                for name in response.removedResources {
                    let known = held.removeValue(forKey: name)
                    #expect(known != nil)
                }
            }
        }
    }
}
