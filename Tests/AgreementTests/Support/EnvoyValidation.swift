import EnvoyAPI
import PetrelTestKit
import Testing

/// Asks Envoy whether it takes resources, many at a time.
struct EnvoyValidation {
    /// What is wrong with some resources.
    struct Refusal: Sendable {
        let name: String
        let output: String
    }

    private var sets: [(name: String, resources: ResourceSet)] = []

    mutating func add(_ resources: ResourceSet, as name: String) { sets.append((name, resources)) }

    /// All in one run; where that is refused, half of them at a time, so that
    /// the culprits are named.
    func refusals() async throws -> [Refusal] { try await Self.refusals(sets[...]) }

    private static func refusals(_ sets: ArraySlice<(name: String, resources: ResourceSet)>) async throws -> [Refusal] {
        guard let output = try await refusal(of: sets) else { return [] }
        guard sets.count > 1 else { return sets.map { Refusal(name: $0.name, output: output) } }
        let middle = sets.startIndex + sets.count / 2
        let found = try await refusals(sets[..<middle]) + refusals(sets[middle...])
        return found.isEmpty ? [Refusal(name: "only together", output: output)] : found
    }

    /// - Returns: nil when Envoy takes them without a word about deprecation.
    private static func refusal(of sets: ArraySlice<(name: String, resources: ResourceSet)>) async throws -> String? {
        var bootstrap = StaticBootstrap()
        for set in sets { try bootstrap.add(set.resources, as: set.name) }
        let envoy = try #require(EnvoyProcess.path)
        let directory = try TemporaryDirectory(prefix: "petrel-validate")
        let file = try directory.write(bootstrap.json, to: "bootstrap.json")
        let result = try await ChildProcess.run(
            envoy,
            ["--mode", "validate", "-c", file, "-l", "warning", "--disable-hot-restart", "--concurrency", "1"])
        let output = result.standardOutput + result.standardError
        let complaints = output.split(separator: "\n").filter { $0.lowercased().contains("deprecat") }
        if result.status == .exited(0), complaints.isEmpty { return nil }
        return complaints.isEmpty ? String(output.suffix(2_000)) : complaints.joined(separator: "\n")
    }
}
