public import MeshAPI

/// Why a mesh did not start.
public enum MeshStartError: Error, Sendable {
    /// The configuration has errors; nothing was in force yet, so nothing runs.
    case invalid([Violation])
    /// Something the mesh needs is missing: a sentence with what to do.
    case unavailable(String)
}
