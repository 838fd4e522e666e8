import Foundation

/// The checked-out repository that these tests belong to.
enum Repository {
    /// Found from this file's own place, also when the package links to it.
    static let root: URL = {
        var directory = URL(filePath: #filePath).resolvingSymlinksInPath()
        repeat {
            directory.deleteLastPathComponent()
        } while directory.path != "/" && !FileManager.default.fileExists(atPath: directory.appending(path: "Package.swift").path)
        return directory
    }()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }

    /// Paths of the files below a directory, relative to the root, in order.
    static func files(below directory: String, suffix: String) -> [String] {
        let start = root.appending(path: directory).path
        let found = FileManager.default.enumerator(atPath: start)?.compactMap { $0 as? String } ?? []
        return found.filter { $0.hasSuffix(suffix) }.map { "\(directory)/\($0)" }.sorted()
    }

    /// Every page that a reader may open.
    static let pages: [String] =
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"].filter(exists)
        + files(below: "docs", suffix: ".md") + files(below: "Examples", suffix: ".md")
}
