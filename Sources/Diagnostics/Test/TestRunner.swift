internal import ConfigStore
internal import ManagementPlane
internal import MeshAPI
internal import MeshCompilation
internal import ServiceRegistry

/// Runs suites of expectations.
public enum TestRunner {
    /// Runs the suites that paths name.
    public static func run(_ paths: [String]) -> TestReport {
        var report = TestReport()
        for path in TestSuite.find(paths) {
            let text = FileFinder.read([path]).first?.text ?? ""
            let (suite, violations) = TestSuite.read(yaml: text, file: path)
            let errors = violations.filter { $0.severity == .error }
            guard errors.isEmpty else {
                report.problems += errors.map(\.description)
                continue
            }
            run(suite, file: path, &report)
        }
        return report
    }

    private static func run(_ suite: TestSuite, file: String, _ report: inout TestReport) {
        let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
        let objects = load(suite.given.map { $0.hasPrefix("/") ? $0 : folder + $0 }, &report)
        guard var source = try? MeshSource(files: []) else { return }
        source.meshConfig = suite.mesh ?? MeshConfig()
        let mesh = CompiledMesh(objects: objects, source: source)
        var proxies: [ProxyIdentity: CompiledProxy] = [:]
        for (index, item) in suite.cases.enumerated() {
            let identity = (item.as ?? suite.as).identity
            let proxy =
                proxies[identity]
                ?? CompiledProxy(
                    configuration: mesh.configuration(for: identity), identity: identity,
                    objects: objects + mesh.translation.objects)
            proxies[identity] = proxy
            let explanation = proxy.explain(item.when)
            let name = item.name.isEmpty ? "case \(index + 1)" : item.name
            report.results.append(
                TestResult(
                    file: file, name: name, differences: item.expect.differences(from: explanation),
                    explanation: explanation))
        }
    }

    /// The objects of some files; those with errors are left out, as a cluster
    /// would not have taken them.
    private static func load(_ paths: [String], _ report: inout TestReport) -> [MeshObject] {
        var objects: [MeshObject] = []
        for content in FileFinder.read(paths) {
            guard let text = content.text else {
                report.problems.append("\(content.path): \(content.problem ?? "can't be read")")
                continue
            }
            let (found, violations) = ObjectReader.read(yaml: text, file: content.path)
            let unreadable = violations.filter { $0.severity == .error }
            report.warnings += unreadable.map(\.description)
            var broken = Set(unreadable.compactMap(\.object))
            for object in found where !broken.contains(object.reference) {
                // Labels and annotations decide nothing about traffic.
                let errors = Validator.validate(object).filter {
                    $0.severity == .error && !$0.path.hasPrefix("metadata.")
                }
                if !errors.isEmpty { broken.insert(object.reference) }
                report.warnings += errors.map(\.description)
            }
            objects += found.filter { !broken.contains($0.reference) }
        }
        return objects
    }
}
