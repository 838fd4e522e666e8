import PetrelTestKit
import Testing

/// Starts both proxies for a suite and ends them behind it.
struct ProxyPairTrait: SuiteTrait, TestScoping {
    @TaskLocal static var pair: ProxyPair?

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let pair = try await ProxyPair.start(Table.groups)
        defer { pair?.stop() }
        try await Self.$pair.withValue(pair) { try await function() }
    }
}

extension Trait where Self == ProxyPairTrait {
    /// The suite's tests use ``ProxyPairTrait/pair``.
    static var besideEnvoy: Self { Self() }
}
