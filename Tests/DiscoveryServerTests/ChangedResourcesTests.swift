import DiscoveryServer
import EnvoyAPI
import SwiftProtobuf
import Testing

/// A state made from another by what changed, and what sessions make of it.
struct ChangedResourcesTests {
    private func resource(_ name: String, _ content: Int, isOnDemand: Bool = false) -> EncodedResource {
        EncodedResource(
            name: name, message: Envoy_Config_Cluster_V3_Cluster.with { $0.altStatName = "\(content)" }, isOnDemand: isOnDemand)
    }

    @Test func equalsTheStateMadeOfAllAtOnce() {
        let before = ResourceSnapshot.OfType([resource("a", 1), resource("b", 1), resource("c", 1)])
        let after = before.changed([resource("b", 2), resource("d", 1)], removed: ["a", "unknown"])
        #expect(after == ResourceSnapshot.OfType([resource("d", 1), resource("c", 1), resource("b", 2)]))
        #expect(after.changed([resource("b", 1), resource("a", 1)], removed: ["d"]) == before)
        #expect(before.changed([resource("a", 1)]) == before)
    }

    private func sent(_ actions: [DiscoveryAction<DeltaResponse>]) -> [DeltaResponse] {
        actions.compactMap { if case .send(let response) = $0 { response } else { nil } }
    }

    @Test func aSessionNamesWhatChangedAlsoWhenItMissedStates() throws {
        var session = DeltaSession()
        let first = ResourceSnapshot.OfType((0..<5).map { resource("c\($0)", 0) })
        _ = session.handle(.resources(ResourceSnapshot(types: [.cluster: first])))
        let initial = sent(session.handle(.request(.with { $0.typeURL = EnvoyTypeURL.cluster.rawValue })))
        #expect(initial.first?.resources.count == 5)
        let second = first.changed([resource("c1", 1)], removed: ["c4"])
        let next = try #require(sent(session.handle(.resources(ResourceSnapshot(types: [.cluster: second])))).first)
        #expect(next.resources.map(\.name) == ["c1"])
        // Skips one state.
        let fourth = second.changed([resource("c2", 1)]).changed([resource("c3", 1)])
        let last = sent(session.handle(.resources(ResourceSnapshot(types: [.cluster: fourth]))))
        #expect(last.flatMap(\.resources).map(\.name) == ["c2", "c3"])
    }

    @Test func whatIsOnDemandIsOnlyGivenToThoseWhoNameIt() throws {
        var session = DeltaSession()
        let state = ResourceSnapshot.OfType([resource("always", 0), resource("asked", 0, isOnDemand: true)])
        _ = session.handle(.resources(ResourceSnapshot(types: [.cluster: state])))
        func ask(_ edit: (inout DeltaRequest) -> Void) -> [DeltaResponse] {
            sent(session.handle(.request(.with { $0.typeURL = EnvoyTypeURL.cluster.rawValue; edit(&$0) })))
        }
        #expect(ask { $0.resourceNamesSubscribe = ["*"] }.flatMap(\.resources).map(\.name) == ["always"])
        #expect(ask { $0.resourceNamesSubscribe = ["asked"] }.flatMap(\.resources).map(\.name) == ["asked"])
        let changed = state.changed([resource("asked", 1, isOnDemand: true)])
        let told = sent(session.handle(.resources(ResourceSnapshot(types: [.cluster: changed]))))
        #expect(told.flatMap(\.resources).map(\.name) == ["asked"])
        _ = ask { $0.resourceNamesUnsubscribe = ["asked"] }
        let untold = changed.changed([resource("asked", 2, isOnDemand: true)])
        #expect(sent(session.handle(.resources(ResourceSnapshot(types: [.cluster: untold])))).isEmpty)
        #expect(ask { $0.resourceNamesSubscribe = ["asked"] }.flatMap(\.resources).map(\.name) == ["asked"])
        #expect(ask { $0.resourceNamesSubscribe = ["nothing"] }.flatMap(\.removedResources) == ["nothing"])
    }
}
