/// What came of a run of expectations.
public struct TestReport: Sendable {
    /// Every case.
    public var results: [TestResult] = []
    /// Why suites could not be run.
    public var problems: [String] = []
    /// Objects that were left out because they are invalid.
    public var warnings: [String] = []

    /// A report of nothing.
    public init() {}

    /// Cases in which everything agreed.
    public var passed: Int { results.count { $0.differences.isEmpty } }
    /// Cases in which something didn't.
    public var failed: Int { results.count - passed }
    /// 0; 65 when a suite can't be read, 79 when an expectation fails.
    public var exitCode: Int32 { !problems.isEmpty ? 65 : failed > 0 ? 79 : 0 }
}

/// One case and what came of it.
public struct TestResult: Sendable {
    /// File of the suite.
    public var file: String
    /// Name of the case.
    public var name: String
    /// What didn't agree.
    public var differences: [Difference]
    /// The way that the request took.
    public var explanation: Explanation

    /// One field that came out otherwise.
    public struct Difference: Sendable, Hashable {
        /// The field of `expect`.
        public var field: String
        /// What was expected.
        public var expected: String
        /// What came.
        public var actual: String
    }
}

extension Expectation {
    /// The fields in which an explanation differs.
    public func differences(from explanation: Explanation) -> [TestResult.Difference] {
        var found: [TestResult.Difference] = []
        func compare(_ field: String, _ expected: String?, _ actual: String) {
            guard let expected, expected != actual else { return }
            found.append(TestResult.Difference(field: field, expected: expected, actual: actual))
        }
        compare("listener", listener, explanation.listener)
        compare("filterChain", filterChain, explanation.filterChain)
        compare("routeConfig", routeConfig, explanation.routeConfig)
        compare("virtualHost", virtualHost, explanation.virtualHost)
        compare("route", route, explanation.route)
        compare("cluster", cluster, explanation.cluster)
        compare("host", host, explanation.upstream.host)
        compare("path", path, explanation.upstream.path)
        compare("sni", sni, explanation.upstream.sni)
        compare("verdict", verdict, explanation.verdict)
        compare("reason", reason, explanation.reason)
        compare("status", status.map(String.init), String(explanation.status))
        compare("rcode", rcode, explanation.dns.first?.rcode ?? "")
        compare(
            "answers", answers.map { $0.sorted().joined(separator: ", ") },
            (explanation.dns.first?.answers ?? []).sorted().joined(separator: ", "))
        return found
    }
}
