import EnvoyAPI
import Testing
import TrafficModel

@testable import DataPlane

@Suite struct HealthCheckStateTests {
    /// The plan of a cluster with those fields.
    private func plan(_ fields: String = "") throws -> TrafficTables {
        let check = """
            ,"healthChecks":[{"interval":"10s","timeout":"1s","unhealthyThreshold":3,"healthyThreshold":2,"tcpHealthCheck":{}\(fields)}]
            """
        var resources = ProxyResources.tcp(to: ProxyResources.cluster(1, extra: check))
        resources.listenerFields = ""
        return try resources.tables()
    }

    @Test func theFirstCheckDecidesAlone() throws {
        let tables = try plan()
        var state = HealthCheckState()
        #expect(!state.isHealthy)
        #expect(state.record(.passed, tables.clusters[0].healthChecks[0]) == true)
        #expect(state.isHealthy)
    }

    @Test func thresholdsCountInARow() throws {
        let tables = try plan()
        var state = HealthCheckState()
        let plan = tables.clusters[0].healthChecks[0]
        _ = state.record(.passed, plan)
        for outcome in [HealthCheckState.Outcome.failed, .failed, .passed, .failed, .failed] {
            #expect(state.record(outcome, plan) == false)
        }
        #expect(state.record(.failed, plan) == true)
        #expect(!state.isHealthy)
        #expect(state.record(.passed, plan) == false)
        #expect(state.record(.passed, plan) == true)
    }

    @Test func anUnexpectedStatusNeedsNoThreshold() throws {
        let tables = try plan()
        var state = HealthCheckState()
        _ = state.record(.passed, tables.clusters[0].healthChecks[0])
        #expect(state.record(.refused, tables.clusters[0].healthChecks[0]) == true)
    }

    @Test func intervalsFollowTheState() throws {
        let tables = try plan(
            #","unhealthyInterval":"3s","unhealthyEdgeInterval":"1s","healthyEdgeInterval":"2s","noTrafficInterval":"70s","noTrafficHealthyInterval":"80s""#)
        let plan = tables.clusters[0].healthChecks[0]
        var state = HealthCheckState()
        #expect(state.wait(plan, hasTraffic: false, random: 0) == 70_000)
        _ = state.record(.passed, plan)
        #expect(state.wait(plan, hasTraffic: false, random: 0) == 80_000)
        _ = state.record(.passed, plan)
        #expect(state.wait(plan, hasTraffic: true, random: 0) == 10_000)
        _ = state.record(.failed, plan)
        #expect(state.wait(plan, hasTraffic: true, random: 0) == 3_000)
        _ = state.record(.failed, plan)
        _ = state.record(.failed, plan)
        #expect(!state.isHealthy)
        #expect(state.wait(plan, hasTraffic: true, random: 0) == 1_000)
        _ = state.record(.failed, plan)
        #expect(state.wait(plan, hasTraffic: true, random: 0) == 3_000)
        _ = state.record(.passed, plan)
        #expect(state.wait(plan, hasTraffic: true, random: 0) == 10_000)
        _ = state.record(.passed, plan)
        #expect(state.wait(plan, hasTraffic: true, random: 0) == 2_000)
    }

    @Test func jitterIsAdded() throws {
        let tables = try plan(#","intervalJitter":"1s","intervalJitterPercent":50"#)
        var state = HealthCheckState()
        _ = state.record(.passed, tables.clusters[0].healthChecks[0])
        _ = state.record(.passed, tables.clusters[0].healthChecks[0])
        #expect(state.wait(tables.clusters[0].healthChecks[0], hasTraffic: true, random: 5_999) == 15_999)
    }
}
