import MeshAPI
import MeshCompilation
import Testing

@testable import Analysis

struct BehaviourDifferenceTests {
    private static func mesh(authority: String = "a.example.com", host: String = "a.example.com", timeout: String = "1s") throws -> CompiledMesh {
        let yaml = """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: hosts, namespace: default}
            spec:
              hosts: [a.example.com, b.example.com, webserver.example.com]
              resolution: DNS
              ports: [{number: 80, name: http, protocol: HTTP}]
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: web, namespace: default}
            spec:
              hosts: [webserver.example.com]
              http:
              - match: [{uri: {prefix: /x}}]
                timeout: \(timeout)
                rewrite: {authority: \(authority)}
                route: [{destination: {host: \(host), port: {number: 80}}}]
            """
        let read = ObjectReader.read(yaml: yaml, file: "a.yaml")
        #expect(read.violations.isEmpty)
        return CompiledMesh(objects: read.objects, source: try MeshSource(files: []))
    }

    @Test func nothingChangesWhenNothingIsOtherwise() throws {
        #expect(BehaviourDifference.between(try Self.mesh(), try Self.mesh()).isEmpty)
    }

    @Test func aRequestThatGoesElsewhereIsSaidInWords() throws {
        let changes = BehaviourDifference.between(
            try Self.mesh(), try Self.mesh(authority: "b.example.com", host: "b.example.com"))
        let text = changes.map(\.text)
        #expect(
            text == [
                "requests to http://webserver.example.com/x* now go to b.example.com port 80 with the authority b.example.com instead of: go to a.example.com port 80 with the authority a.example.com"
            ])
        #expect(changes.first?.proxies == ["apps in default"])
    }

    @Test func aSettingThatChangesIsNamed() throws {
        let text = BehaviourDifference.between(try Self.mesh(), try Self.mesh(timeout: "2s")).map(\.text)
        #expect(!text.isEmpty)
        #expect(text.allSatisfy { $0.hasPrefix("requests to http://webserver.example.com/x*") })
        #expect(text.contains { $0.contains("timeout") })
    }

    @Test func aTreeOfSettingsIsComparedFieldByField() {
        let changes = SettingChanges.between(["a": ["b": 1, "c": [1, 2]]], ["a": ["b": 2, "c": [1, 3]], "d": true])
        #expect(changes.map(\.path) == ["settings.a.b", "settings.a.c[1]", "settings.d"])
        #expect(changes.map(\.before) == ["1", "2", "not set"])
    }
}
