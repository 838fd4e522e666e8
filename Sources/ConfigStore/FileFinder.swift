internal import Foundation

/// Reads the YAML and JSON files that paths name: a file as itself, a directory
/// with everything below it.
public enum FileFinder {
    /// Endings of the files taken from a directory.
    public static let extensions: Set<String> = ["yaml", "yml", "json"]

    /// - Parameter paths: Files and directories; `-` is standard input.
    /// - Returns: The files' contents; what can't be read says so.
    public static func read(_ paths: [String]) -> [FileSet.Content] {
        files(paths).map { path in
            if path == "-" {
                let data = FileHandle.standardInput.readDataToEndOfFile()
                return FileSet.Content(path: "-", text: String(decoding: data, as: UTF8.self))
            }
            do {
                let data = try Data(contentsOf: URL(fileURLWithPath: path))
                return FileSet.Content(path: path, text: String(decoding: data, as: UTF8.self))
            } catch {
                let exists = FileManager.default.fileExists(atPath: path)
                return FileSet.Content(
                    path: path, text: nil, problem: exists ? "the file can't be read" : "there is no such file or directory")
            }
        }
    }

    /// The files that paths name, each once, hidden files left out.
    public static func files(_ paths: [String]) -> [String] {
        var found: [String] = []
        var seen: Set<String> = []
        func add(_ path: String) {
            if seen.insert(path).inserted { found.append(path) }
        }
        for path in paths {
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue else {
                add(path)
                continue
            }
            // A directory may be named through a link, as Kubernetes mounts them.
            let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
            let below = (FileManager.default.enumerator(atPath: real)?.allObjects ?? []).compactMap { $0 as? String }
            for name in below.sorted() where wanted(name) {
                add(path.hasSuffix("/") ? path + name : "\(path)/\(name)")
            }
        }
        return found
    }

    private static func wanted(_ name: String) -> Bool {
        let parts = name.split(separator: "/")
        guard let last = parts.last, !parts.contains(where: { $0.hasPrefix(".") }) else { return false }
        return extensions.contains(last.split(separator: ".").last.map(String.init) ?? "") && last.contains(".")
    }
}
