import ConfigGeneration
import Diagnostics
import EnvoyAPI
import Foundation
import MeshAPI
import ServiceRegistry

/// One golden case of `ConfigGenerationTests`: objects, settings, a proxy,
/// and the requests that are sent through what comes out.
struct Golden: Sendable {
    let name: String
    let objects: [MeshObject]
    let mesh: MeshConfig
    let proxy: ProxyIdentity

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../ConfigGenerationTests/Golden").standardizedFileURL

    static var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []).sorted()
    }

    init(_ name: String) throws {
        self.name = name
        let folder = Self.root.appendingPathComponent(name)
        func text(_ file: String) -> String {
            (try? String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)) ?? ""
        }
        objects = ObjectReader.read(yaml: text("config.yaml"), file: name).objects
        let settings = ConfigValue.read(yaml: text("case.yaml"), file: "case.yaml").value
        mesh = MeshConfig.read(yaml: settings["mesh"]?.json() ?? "", file: "case.yaml").config
        proxy = settings["proxy"].map(Self.proxy) ?? ProxyIdentity(ips: ["10.0.0.1"])
    }

    private static func proxy(_ value: ConfigValue) -> ProxyIdentity {
        func map(_ field: String) -> [String: String] {
            Dictionary((value[field]?.object ?? [:]).map { ($0.name, $0.value.string ?? "") }, uniquingKeysWith: { $1 })
        }
        return ProxyIdentity(
            type: value["type"]?.string == "router" ? .router : .sidecar,
            namespace: value["configNamespace"]?.string ?? "default", labels: map("labels"),
            ips: (value["ips"]?.array ?? []).compactMap(\.string), dnsDomain: value["dnsDomain"]?.string,
            metadata: map("metadata"), locality: value["locality"]?.string ?? "")
    }

    func generate() -> GeneratedConfiguration {
        ConfigGenerator(snapshot: MeshSnapshot(objects: objects, mesh: mesh)).generate(for: proxy)
    }

    /// The file beside the case that says what is sent.
    var requestsFile: URL { Self.root.appendingPathComponent(name).appendingPathComponent("requests.yaml") }

    /// The requests and what must come of them; none for cases that route nothing.
    func cases() -> [TestCase] {
        guard let text = try? String(contentsOf: requestsFile, encoding: .utf8) else { return [] }
        return TestSuite.read(yaml: text, file: requestsFile.path).suite.cases
    }
}
