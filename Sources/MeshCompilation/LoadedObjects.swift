internal import ConfigStore
public import MeshAPI

/// The objects of some files, read once.
public struct LoadedObjects: Sendable {
    /// The objects of every file without errors.
    public let objects: [MeshObject]
    /// Everything that is wrong with the files, and what is doubtful.
    public let violations: [Violation]
    /// Whether anything is wrong enough to refuse.
    public var hasErrors: Bool { violations.contains { $0.severity == .error } }

    /// Reads the files that a source names.
    public init(source: MeshSource) {
        var files = FileSet(defaultNamespace: source.defaultNamespace)
        let reload = files.reload(FileFinder.read(source.files))
        objects = reload.objects
        violations = reload.violations
    }
}
