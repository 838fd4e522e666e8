import Foundation
import PetrelTestKit
import Testing

/// Random tables and requests: what isn't thought of by hand.
@Suite("Agreement with Envoy on random tables", .enabled(if: EnvoyProcess.isAvailable))
struct RandomAgreementTests {
    /// 300 comparisons, or 10,000 with `PETREL_LONG_TESTS=1`. `PETREL_SEED`
    /// makes other tables.
    @Test("both decide the same and send the same to the origin")
    func agree() async throws {
        let environment = ProcessInfo.processInfo.environment
        let tables = environment["PETREL_LONG_TESTS"] == "1" ? 200 : 6
        let seed = environment["PETREL_SEED"].flatMap { UInt64($0) } ?? 1
        var random = RandomTable(seed: seed)
        var groups: [Group] = []
        for index in 0..<tables { groups.append(try random.group("random-\(index)", rows: 50)) }
        let pair = try #require(try await ProxyPair.start(groups))
        defer { pair.stop() }
        for group in groups {
            for comparison in try await pair.run(group) {
                let differences = comparison.differences
                guard !differences.isEmpty else { continue }
                Issue.record(
                    "seed \(seed), \(comparison.row.id):\n  \(differences.joined(separator: "\n  "))\n\(group.configuration.json)")
            }
        }
    }
}
