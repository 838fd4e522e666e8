import Foundation
import PetrelTestKit
import Testing

@Suite("TemporaryDirectory")
struct TemporaryDirectoryTests {
    @Test("holds files while it is referenced and goes with them after")
    func removes() throws {
        var directory: TemporaryDirectory? = try TemporaryDirectory()
        let path = try #require(directory?.path)
        let file = try #require(
            try directory?.write("text", to: "deep/down.txt"))
        #expect(file == path + "/deep/down.txt")
        #expect(try directory?.read("deep/down.txt") == "text")
        directory = nil
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
