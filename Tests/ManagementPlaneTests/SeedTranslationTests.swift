import Foundation
import ManagementPlane
import MeshAPI
import Testing

/// The guide "External Services" prints what its Destination becomes.
@Suite struct SeedTranslationTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

    static func example(_ names: String...) throws -> [MeshObject] {
        try names.flatMap { name in
            let file = root.appendingPathComponent("../../Examples/\(name)").standardizedFileURL
            let read = ObjectReader.read(yaml: try String(contentsOf: file, encoding: .utf8), file: name)
            try #require(read.violations.isEmpty, "\(read.violations)")
            return read.objects
        }
    }

    @Test func theGuidesDestinationBecomesTheGuidesServiceEntry() throws {
        let objects = try Self.example("external-service/destination.yaml", "external-service/mesh.yaml")
        let translation = ManagementPlane.translate(objects)
        #expect(translation.violations.isEmpty)
        let golden = try String(
            contentsOf: Self.root.appendingPathComponent("Golden/my-external-service.yaml"), encoding: .utf8)
        let printed = translation.objects.map { $0.value.yaml() }
        #expect(printed == [golden])
    }

    @Test func withoutAVirtualMeshTheLocalInstallationReceivesTheService() throws {
        let translation = ManagementPlane.translate(try Self.example("external-service/destination.yaml"))
        let entry = try #require(translation.objects.first)
        #expect(translation.objects.count == 1)
        #expect(entry.reference.description == "ServiceEntry istio-system/my-external-service")
        #expect(entry.metadata.labels["relay-agent"] == nil)
        #expect(
            entry.metadata.annotations["parents.networking.mesh.gloo.solo.io"]
                == #"{"discovery.mesh.gloo.solo.io/v1, Kind=Destination":[{"name":"my-ext-service-tt","namespace":"default"}]}"#)
        guard case .serviceEntry(let spec) = entry.spec else {
            Issue.record("not a ServiceEntry")
            return
        }
        #expect(spec.addresses == ["248.6.56.91"])
    }
}
