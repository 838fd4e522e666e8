import ConfigGeneration
import EnvoyAPI
import MeshAPI
import ServiceRegistry
import Testing

@Suite("Generated resources mean what istiod's mean", .enabled(if: !XDSCase.all.isEmpty))
struct XDSConformanceTests {
    @Test(arguments: XDSCase.all)
    func resourcesAgree(_ name: String) throws {
        let example = try XDSCase(name)
        let snapshot = MeshSnapshot(objects: example.objects, mesh: example.mesh)
        let generator = ConfigGenerator(snapshot: snapshot)
        for (proxy, expected) in zip(example.proxies, example.expected["proxies"]?.items ?? []) {
            let actual = try Generated.tree(generator.generate(for: proxy.identity).resources)
            let differences = JSONTree.differences(expected: Meaning.of(expected), actual: Meaning.of(actual))
            #expect(
                differences.isEmpty,
                "\(name), proxy \(proxy.name):\n\(differences.joined(separator: "\n"))")
        }
    }

    @Test(arguments: XDSCase.all)
    func servicesAgree(_ name: String) throws {
        let example = try XDSCase(name)
        let snapshot = MeshSnapshot(objects: example.objects, mesh: example.mesh)
        let expected = (example.expected["services"]?.items ?? []).map { service in
            [
                service["hostname"]?.text ?? "", service["namespace"]?.text ?? "",
                service["registry"]?.text ?? "",
                (service["ports"]?.items ?? []).map {
                    "\($0["name"]?.text ?? "") \($0["port"]?.line ?? "") \($0["protocol"]?.text ?? "")"
                }.joined(separator: ","),
            ].joined(separator: " ")
        }
        let actual = snapshot.services.map { service in
            let ports = service.ports.map { "\($0.name) \($0.number) \($0.portProtocol.rawValue)" }
            return "\(service.hostname) \(service.namespace) \(service.registry.rawValue) \(ports.joined(separator: ","))"
        }
        #expect(actual.sorted() == expected.sorted())
    }
}
