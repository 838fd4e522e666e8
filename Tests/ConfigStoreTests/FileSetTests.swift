import ConfigStore
import Foundation
import MeshAPI
import Testing

@Suite struct FileSetTests {
    func file(_ path: String, _ text: String) -> FileSet.Content { FileSet.Content(path: path, text: text) }

    func entry(_ name: String, _ host: String) -> String {
        """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: \(name)}
        spec: {hosts: [\(host)], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DNS}
        ---

        """
    }

    @Test func aBrokenFileChangesNothingAndSaysWhy() throws {
        var files = FileSet()
        #expect(files.reload([file("a.yaml", entry("a", "a.example")), file("b.yaml", entry("b", "b.example"))]).objects.count == 2)
        let broken = files.reload([
            file("a.yaml", entry("a", "a.example") + "kind: [\n"), file("b.yaml", entry("b", "c.example")),
        ])
        #expect(broken.refused == ["a.yaml"])
        #expect(broken.violations.contains { $0.location?.file == "a.yaml" })
        #expect(broken.objects.map(\.metadata.name) == ["a", "b"])
        #expect(broken.changed)
        let unchanged = files.reload([
            file("a.yaml", entry("a", "a.example") + "kind: [\n"), file("b.yaml", entry("b", "c.example")),
        ])
        #expect(!unchanged.changed)
        #expect(unchanged.refused == ["a.yaml"])
    }

    @Test func aFileThatIsGoneTakesItsObjectsWithIt() {
        var files = FileSet()
        _ = files.reload([file("a.yaml", entry("a", "a.example")), file("b.yaml", entry("b", "b.example"))])
        #expect(files.reload([file("b.yaml", entry("b", "b.example"))]).objects.map(\.metadata.name) == ["b"])
    }

    @Test func theSameObjectInTwoFilesIsNamedWithBothPlaces() throws {
        var files = FileSet()
        let reload = files.reload([file("a.yaml", entry("a", "a.example")), file("b.yaml", entry("a", "b.example"))])
        let violation = try #require(reload.violations.first)
        #expect(violation.location?.file == "b.yaml")
        #expect(violation.message.contains("a.yaml:1"))
        #expect(reload.objects.count == 1)
    }

    @Test func aFileThatCannotBeReadIsAViolation() {
        var files = FileSet()
        let reload = files.reload([FileSet.Content(path: "gone.yaml", text: nil, problem: "there is no such file or directory")])
        #expect(reload.violations.map(\.location?.file) == ["gone.yaml"])
        #expect(reload.refused == ["gone.yaml"])
    }

    @Test func aDirectoryMayBeNamedThroughALink() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("petrel-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let real = directory.appendingPathComponent("real")
        try FileManager.default.createDirectory(at: real, withIntermediateDirectories: true)
        try "x: 1\n".write(to: real.appendingPathComponent("a.yaml"), atomically: true, encoding: .utf8)
        let link = directory.appendingPathComponent("link")
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: real)
        #expect(FileFinder.read([link.path]).map(\.text) == ["x: 1\n"])
    }

    @Test func invalidObjectsAreRefusedLikeUnreadableOnes() {
        var files = FileSet()
        let reload = files.reload([file("a.yaml", entry("a", "'*'"))])
        #expect(reload.refused == ["a.yaml"])
        #expect(reload.objects.isEmpty)
    }
}
