import PetrelTestKit
import Testing

/// The table of `Cases`: the same resources and traffic through real Envoy
/// and through Petrel's data plane, with the same outcome.
@Suite("Agreement with Envoy", .enabled(if: EnvoyProcess.isAvailable), .besideEnvoy)
struct AgreementTests {
    @Test("both do the same", arguments: Table.groups)
    func agree(_ group: Group) async throws {
        let pair = try #require(ProxyPairTrait.pair)
        if let failure = pair.groups[group.name]?.petrel.failure {
            return Self.record(group.name, group.name, "Petrel refuses the configuration: \(failure)")
        }
        let comparisons = try await Turnstile.groups.pass { try await pair.run(group) }
        for comparison in comparisons {
            guard let failure = comparison.failure else { continue }
            Self.record(comparison.row.id, group.name, "\(comparison.row.id): \(failure)")
        }
    }

    private static func record(_ row: String, _ group: String, _ failure: String) {
        if let known = Table.disagreements[row] ?? Table.disagreements[group] {
            withKnownIssue("\(known)") { Issue.record("\(failure)") }
        } else {
            Issue.record("\(failure)")
        }
    }
}
