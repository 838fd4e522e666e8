import ConfigGeneration
import EnvoyAPI
import Foundation
import MeshAPI
import ServiceRegistry
import Testing

/// One feature: `config.yaml` goes in, `expected.json` comes out. A
/// `case.yaml` beside them may give the mesh's settings (`mesh`), the proxy
/// (`proxy`) and the kinds of resources to show (`show`). Set
/// `PETREL_UPDATE_GOLDEN=1` to write what comes out.
struct GoldenCase {
    let folder: URL
    let settings: ConfigValue

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")

    static var all: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []).sorted()
    }

    init(_ name: String) {
        folder = Self.root.appendingPathComponent(name)
        let text = (try? String(contentsOf: folder.appendingPathComponent("case.yaml"), encoding: .utf8)) ?? ""
        settings = ConfigValue.read(yaml: text, file: "case.yaml").value
    }

    func generate() throws -> ResourceSet {
        let yaml = try String(contentsOf: folder.appendingPathComponent("config.yaml"), encoding: .utf8)
        let read = ObjectReader.read(yaml: yaml, file: "config.yaml")
        #expect(read.violations.filter { $0.severity == .error }.isEmpty)
        let mesh = MeshConfig.read(yaml: settings["mesh"]?.json() ?? "", file: "case.yaml").config
        let snapshot = MeshSnapshot(objects: read.objects, mesh: mesh)
        let proxy = settings["proxy"].map { ProxyIdentity(conformance: $0) } ?? ProxyIdentity(ips: ["10.0.0.1"])
        return ConfigGenerator(snapshot: snapshot).generate(for: proxy).resources
    }

    /// What is the same for every proxy is left out.
    func shown(_ resources: ResourceSet) throws -> JSONTree {
        guard case .object(var kinds) = try Generated.tree(resources) else { return .null }
        let constants = ["BlackHoleCluster", "PassthroughCluster", "virtualOutbound"]
        if let wanted = settings["show"]?.array?.compactMap(\.string) {
            kinds = kinds.filter { wanted.contains($0.key) }
        }
        return .object(
            kinds.mapValues { value in
                guard case .list(let items) = value else { return value }
                return .list(items.filter { !constants.contains($0["name"]?.text ?? "") })
            }.filter { $0.value != .list([]) && $0.value != .object([:]) })
    }
}

@Suite("Golden files")
struct GoldenTests {
    private static let updates = ProcessInfo.processInfo.environment["PETREL_UPDATE_GOLDEN"] == "1"

    @Test(arguments: GoldenCase.all)
    func resourcesAreAsReviewed(_ name: String) throws {
        let golden = GoldenCase(name)
        let actual = try golden.shown(golden.generate())
        let file = golden.folder.appendingPathComponent("expected.json")
        if Self.updates {
            try (actual.pretty + "\n").write(to: file, atomically: true, encoding: .utf8)
            return
        }
        let expected = try JSONTree(text: String(contentsOf: file, encoding: .utf8))
        let differences = JSONTree.differences(expected: expected, actual: actual)
        #expect(differences.isEmpty, "\(name):\n\(differences.joined(separator: "\n"))")
    }

    @Test func thereAreGoldenFiles() {
        #expect(GoldenCase.all.count > 50)
    }
}
