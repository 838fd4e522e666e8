import DiscoveryServer
import EnvoyAPI
import Testing

@testable import DiscoveryClient

/// The session against the servers' own sessions: whatever changes, and
/// whenever the stream breaks, both end up with the same.
@Suite struct ConvergenceTests {
    /// A small world that the number describes.
    static func world(_ bits: UInt64) -> ResourceSet {
        var set = ResourceSet()
        for index in 0..<4 {
            let digit = (bits >> (UInt64(index) * 3)) & 7
            let name = "c\(index)"
            switch digit {
            case 0, 1: continue
            case 2, 3: set.clusters.append(Fixtures.fixedCluster(name, timeout: Int64(digit)))
            default:
                set.clusters.append(Fixtures.discoveredCluster(name, timeout: Int64(digit & 1)))
                set.endpoints.append(Fixtures.endpoints(name, port: UInt32(digit)))
            }
        }
        for index in 0..<2 where (bits >> (12 + UInt64(index))) & 1 == 1 {
            set.listeners.append(Fixtures.listener("l\(index)", routes: "r\((bits >> 14) & 1)"))
        }
        for index in 0..<2 { set.routes.append(Fixtures.route("r\(index)", host: "h\((bits >> 15) & 1)")) }
        return set
    }

    @Test(arguments: 0..<40) func `The incremental protocol converges`(seed: UInt64) throws {
        try run(seed, DeltaSession(), .delta, { $0.delta }, { Delivery($0) })
    }

    @Test(arguments: 0..<40) func `The older protocol converges`(seed: UInt64) throws {
        try run(seed, StateOfTheWorldSession(), .stateOfTheWorld, { $0.stateOfTheWorld }, { Delivery($0) })
    }

    private func run<Server: DiscoverySession>(
        _ seed: UInt64, _ fresh: Server, _ variant: DiscoveryVariant,
        _ request: (SubscriptionRequest) -> Server.Request, _ delivery: (Server.Response) -> Delivery
    ) throws {
        var random = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func next() -> UInt64 {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            return random
        }
        var configuration = ClientSession.Configuration()
        configuration.variant = variant
        configuration.node.id = "p"
        var client = ClientSession(configuration)
        var server = fresh
        var inForce = Held()
        var isOpen = false
        for _ in 0..<12 {
            let wanted = Self.world(next())
            if isOpen, next() % 4 == 0 {
                client.disconnected()
                isOpen = false
            }
            var actions: [DiscoveryAction<Server.Response>] = []
            if !isOpen {
                server = fresh
                actions += server.handle(.resources(ResourceSnapshot(wanted)))
                for asked in client.connected(at: 0) { actions += server.handle(.request(request(asked))) }
                isOpen = true
            } else {
                actions += server.handle(.resources(ResourceSnapshot(wanted)))
            }
            var turn = 0
            while turn < actions.count {
                #expect(turn < 200, "they talk for ever")
                if turn >= 200 { return }
                if case .send(let response) = actions[turn] {
                    let intake = client.receive(delivery(response), at: 0)
                    inForce.apply(intake.apply)
                    let settlement = client.settle([:])
                    inForce.apply(settlement.update)
                    for asked in settlement.requests { actions += server.handle(.request(request(asked))) }
                }
                turn += 1
            }
            #expect(inForce.clusters == Dictionary(uniqueKeysWithValues: wanted.clusters.map { ($0.name, $0) }))
            #expect(inForce.listeners == Dictionary(uniqueKeysWithValues: wanted.listeners.map { ($0.name, $0) }))
            let referred = Set(wanted.listeners.flatMap(\.discoveredRouteNames))
            #expect(Set(inForce.routes.keys) == referred)
            for route in wanted.routes where referred.contains(route.name) { #expect(inForce.routes[route.name] == route) }
            let named = Set(wanted.clusters.compactMap(\.discoveredEndpointsName))
            #expect(Set(inForce.endpoints.keys) == named)
            for endpoints in wanted.endpoints { #expect(inForce.endpoints[endpoints.clusterName] == endpoints) }
            #expect(client.types.values.allSatisfy { $0.warming.isEmpty })
        }
    }

    /// What a data plane would have.
    struct Held {
        var clusters: [String: Envoy_Config_Cluster_V3_Cluster] = [:]
        var listeners: [String: Envoy_Config_Listener_V3_Listener] = [:]
        var routes: [String: Envoy_Config_Route_V3_RouteConfiguration] = [:]
        var endpoints: [String: Envoy_Config_Endpoint_V3_ClusterLoadAssignment] = [:]

        mutating func apply(_ update: ResourceUpdate) {
            for cluster in update.updated.clusters { clusters[cluster.name] = cluster }
            for listener in update.updated.listeners { listeners[listener.name] = listener }
            for route in update.updated.routes { routes[route.name] = route }
            for assignment in update.updated.endpoints { endpoints[assignment.clusterName] = assignment }
            for name in update.removed {
                switch name.typeURL {
                case .cluster: clusters[name.name] = nil
                case .listener: listeners[name.name] = nil
                case .routeConfiguration: routes[name.name] = nil
                case .clusterLoadAssignment: endpoints[name.name] = nil
                default: continue
                }
            }
        }
    }
}
