internal import Foundation

/// A fresh directory, readable by its owner only, that is removed with
/// everything in it when the last reference goes.
public final class TemporaryDirectory: Sendable {
    /// The directory's absolute path.
    public let path: String

    /// Creates the directory under the system's temporary directory.
    ///
    /// - Parameter prefix: The beginning of the directory's name.
    public init(prefix: String = "petrel-test") throws {
        path = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(prefix)-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The absolute path of a file in this directory.
    public func file(_ name: String) -> String { path + "/" + name }

    /// Writes a file atomically (as an editor saves one), creating the
    /// directories on its way, and returns its absolute path.
    ///
    /// - Parameter permissions: The file's mode bits.
    @discardableResult
    public func write(
        _ text: String, to name: String, permissions: Int = 0o644
    ) throws -> String {
        let target = file(name)
        try FileManager.default.createDirectory(
            atPath: (target as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true)
        try Data(text.utf8).write(
            to: URL(fileURLWithPath: target), options: .atomic)
        try FileManager.default.setAttributes(
            [.posixPermissions: permissions], ofItemAtPath: target)
        return target
    }

    /// The text of a file in this directory.
    public func read(_ name: String) throws -> String {
        try String(contentsOfFile: file(name), encoding: .utf8)
    }

    /// Removes one file of this directory.
    public func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: file(name))
    }
}
