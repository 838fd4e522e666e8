import ManagementPlane
import MeshAPI
import Testing

@Suite struct ExternalServiceTests {
    func read(_ yaml: String) throws -> [MeshObject] {
        let read = ObjectReader.read(yaml: yaml, file: "test.yaml")
        try #require(read.violations.isEmpty, "\(read.violations)")
        return read.objects
    }

    func destination(_ name: String, service: String = "ext", _ fields: String) -> String {
        """
        apiVersion: discovery.mesh.gloo.solo.io/v1
        kind: Destination
        metadata: {name: \(name)}
        spec:
          externalService:
            name: \(service)
            ports: [{name: http, number: 80, protocol: HTTP}]
        \(fields.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
        ---

        """
    }

    func entries(_ translation: Translation) -> [ServiceEntry] {
        translation.objects.compactMap { if case .serviceEntry(let entry) = $0.spec { entry } else { nil } }
    }

    @Test(arguments: [
        ("hosts: [a.example]\nendpoints: [{address: b.example}]", "DNS", true),
        ("hosts: [a.example]\nendpoints: [{address: 192.0.2.1}]", "STATIC", true),
        ("hosts: [a.example]\nendpoints: [{address: 192.0.2.1}, {address: 2001:db8::1}]", "STATIC", true),
        ("hosts: [a.example]\nendpoints: [{address: 192.0.2.1}, {address: b.example}]", "DNS", true),
        ("hosts: [a.example]", "DNS", true),
        ("hosts: ['*.example']", "NONE", false),
        ("hosts: [a.example]\naddresses: [192.0.2.0/24]", "NONE", false),
        ("hosts: [a.example]\naddresses: [192.0.2.7]\nendpoints: [{address: b.example}]", "DNS", false),
    ])
    func theResolutionFollowsTheEndpoints(fields: String, resolution: String, allocated: Bool) throws {
        let translation = ManagementPlane.translate(try read(destination("d", fields)))
        #expect(translation.violations.isEmpty, "\(translation.violations)")
        let entry = try #require(entries(translation).first)
        #expect(entry.resolution.rawValue == resolution)
        #expect((entry.addresses.first?.hasPrefix("24") == true || entry.addresses.first?.hasPrefix("25") == true) == allocated)
    }

    @Test func namesAndIPv6AddressesDoNotMix() throws {
        let translation = ManagementPlane.translate(
            try read(destination("d", "hosts: [a.example]\nendpoints: [{address: b.example}, {address: 2001:db8::1}]")))
        #expect(translation.objects.isEmpty)
        let violation = try #require(translation.violations.first)
        #expect(violation.path == "spec.externalService.endpoints")
        #expect(violation.message.contains("endpoints contain both ipv6 and hostname addresses"))
        #expect(violation.location?.line == 9)
    }

    @Test func whatIstioRefusesIsSaidAboutTheFieldOfTheDestination() throws {
        let translation = ManagementPlane.translate(
            try read(destination("d", "hosts: [a.example]\nendpoints: [{address: b.example, ports: {https: 443}}]")))
        #expect(translation.objects.isEmpty)
        #expect(translation.violations.map(\.path) == ["spec.externalService.endpoints[0].ports.https"] || translation.violations.first?.path.hasPrefix("spec.externalService.endpoints[0].ports") == true)
    }

    @Test func oneBadDestinationDoesNotHideTheOthers() throws {
        let translation = ManagementPlane.translate(
            try read(
                destination("bad", service: "bad", "hosts: [a.example]\nendpoints: [{address: b.example}, {address: '::1'}]")
                    + destination("good", service: "good", "hosts: [c.example]")))
        #expect(entries(translation).map(\.hosts) == [["c.example"]])
        #expect(translation.violations.count == 1)
    }

    @Test func twoDestinationsOfOneNameAreAConflictAndTheFirstKeepsIt() throws {
        let both = try read(destination("a", "hosts: [a.example]") + destination("b", "hosts: [b.example]"))
        for objects in [both, both.reversed()] {
            let translation = ManagementPlane.translate(Array(objects))
            #expect(entries(translation).map(\.hosts) == [["a.example"]])
            #expect(translation.violations.map(\.object?.name) == ["b"])
        }
    }

    @Test func exportToNamesClustersAndNamespaces() throws {
        let mesh = """
            apiVersion: discovery.mesh.gloo.solo.io/v1
            kind: Mesh
            metadata: {name: one, namespace: gloo-mesh}
            spec: {istio: {installation: {cluster: one, namespace: istio-system}}}
            ---
            apiVersion: networking.mesh.gloo.solo.io/v1
            kind: VirtualMesh
            metadata: {name: vm, namespace: gloo-mesh}
            spec: {meshes: [{name: one, namespace: gloo-mesh}]}
            ---

            """
        func exported(_ exportTo: String) throws -> [[String]] {
            let objects = try read(mesh + destination("d", "hosts: [a.example]\nexportTo: \(exportTo)"))
            return entries(ManagementPlane.translate(objects)).map(\.exportTo)
        }
        #expect(try exported("[{clusters: [two]}]") == [])
        #expect(try exported("[{clusters: [one], namespaces: [b, a]}]") == [["a", "b"]])
        #expect(try exported("[{namespaces: [a]}, {clusters: [one]}]") == [[]])
    }

    @Test func aVirtualMeshThatNamesNoMeshSaysSo() throws {
        let objects = try read(
            """
            apiVersion: networking.mesh.gloo.solo.io/v1
            kind: VirtualMesh
            metadata: {name: vm}
            spec: {meshes: [{name: gone, namespace: gloo-mesh}]}
            ---

            """ + destination("d", "hosts: [a.example]"))
        let translation = ManagementPlane.translate(objects)
        #expect(translation.objects.isEmpty)
        #expect(translation.violations.map(\.path) == ["spec.meshes[0]"])
    }

    @Test func autoHostRewriteSendsTheEndpointsName() throws {
        let translation = ManagementPlane.translate(
            try read(destination("d", "hosts: [a.example]\nendpoints: [{address: b.example}]\noptions: {autoHostRewrite: true}")))
        let routes = translation.objects.compactMap { if case .virtualService(let service) = $0.spec { service } else { nil } }
        #expect(routes.first?.http.first?.rewrite?.authority == "b.example")
        #expect(routes.first?.hosts == ["a.example"])
    }

    @Test(arguments: ["TrafficPolicy", "AccessPolicy"])
    func aPolicyThatHasNoEffectYetSaysSo(kind: String) throws {
        let objects = try read(
            "apiVersion: networking.mesh.gloo.solo.io/v1\nkind: \(kind)\nmetadata: {name: p}\nspec: {}\n---\n"
                + destination("d", "hosts: [a.example]"))
        let translation = ManagementPlane.translate(objects)
        #expect(entries(translation).count == 1)
        #expect(translation.violations.map(\.severity) == [.warning])
        #expect(translation.violations.first?.message.contains("no effect") == true)
    }

    @Test func theOrderOfArrivalNeverChangesTheResult() throws {
        let objects = try read(
            destination("a", service: "svc-17153", "hosts: [a.example]")
                + destination("b", service: "svc-27161", "hosts: [b.example]")
                + destination("c", service: "third", "hosts: [c.example]"))
        let expected = ManagementPlane.translate(objects)
        for _ in 0..<10 { #expect(ManagementPlane.translate(objects.shuffled()) == expected) }
    }
}
