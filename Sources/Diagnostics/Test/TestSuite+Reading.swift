internal import ConfigStore
public import MeshAPI
internal import ServiceRegistry

extension TestSuite {
    /// Reads a file of expectations.
    public static func read(yaml: String, file: String) -> (suite: TestSuite, violations: [Violation]) {
        let (value, problems) = ConfigValue.read(yaml: yaml, file: file)
        var (suite, violations) = TestSuite.decode(value)
        for index in violations.indices where violations[index].location == nil {
            violations[index].location = SourceLocation(file: file, line: 0)
        }
        if suite.cases.isEmpty, problems.isEmpty, violations.isEmpty {
            violations.append(
                Violation(
                    severity: .error, code: .missingField, message: "there are no cases", path: "cases",
                    location: SourceLocation(file: file, line: 1)))
        }
        suite.mesh = value["mesh"].map { MeshConfig.decode($0).message } ?? MeshConfig()
        return (suite, problems + violations)
    }

    /// The suites that paths name: files, and in directories every file that
    /// has `cases` at its top.
    public static func find(_ paths: [String]) -> [String] {
        FileFinder.read(paths).filter { content in
            if paths.contains(content.path) { return true }
            return content.isTestSuite
        }.map(\.path)
    }
}

extension TestProxy {
    /// The proxy that the control plane sees.
    var identity: ProxyIdentity {
        ProxyIdentity(
            type: type == .sidecar ? .sidecar : .router, namespace: namespace.isEmpty ? "default" : namespace,
            serviceAccount: serviceAccount.isEmpty ? "default" : serviceAccount, labels: labels,
            ips: ips.isEmpty ? ["10.0.0.1"] : ips, dnsDomain: dnsDomain.isEmpty ? nil : dnsDomain, metadata: metadata)
    }
}
