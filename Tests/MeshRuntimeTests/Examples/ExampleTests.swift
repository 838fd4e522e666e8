import Foundation
import MeshRuntime
import Testing

/// Each example does what its page says, from the program to the bytes that the
/// external host receives, on each data plane.
@Suite(.enabled(if: captureIsAvailable, "the kernel or nft gives no capture here"), .serialized)
struct ExampleTests {
    static let folders: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: MeshFixture.examples.path)) ?? []
        return names.filter { !$0.contains(".") }.sorted()
    }()

    @Test func everyFolderIsPlayed() {
        #expect(Example.all.map(\.folder).sorted() == Self.folders)
    }

    @Test(arguments: folders)
    func everyFolderIsExplainedAndHasExpectations(folder: String) throws {
        let files = try FileManager.default.contentsOfDirectory(
            atPath: MeshFixture.examples.appendingPathComponent(folder).path)
        #expect(files.contains("README.md"))
        #expect(files.contains("test.yaml"))
        let list = try String(contentsOf: MeshFixture.examples.appendingPathComponent("README.md"), encoding: .utf8)
        #expect(list.contains("(\(folder)/README.md)"), "Examples/README.md does not name it")
    }

    @Test(arguments: Example.all, dataPlanes)
    func aProgramSeesWhatThePageSays(example: Example, dataPlane: DataPlaneName) async throws {
        let stage = try ExampleStage(example.folder, dataPlane: dataPlane)
        if dataPlane == .petrel, !example.lacking.isEmpty {
            await withKnownIssue("\(example.lacking)", isIntermittent: true) { try await example.script(stage) }
            await stage.close()
            return
        }
        do {
            try await example.script(stage)
        } catch {
            await stage.close()
            throw error
        }
        await stage.close()
    }
}
