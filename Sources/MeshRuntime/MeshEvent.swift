public import MeshAPI

/// Something a running mesh tells its user.
public enum MeshEvent: Sendable {
    /// A configuration is in force: how many objects were declared and how many
    /// services the registry knows.
    case applied(revision: UInt64, objects: Int, services: Int)
    /// A change was refused; what was in force stays.
    case refused(files: [String], violations: [Violation])
    /// Warnings about objects that were accepted.
    case warned([Violation])
    /// A proxy refused a resource; its last good state stays.
    case rejected(proxy: String, resource: String, reason: String)
    /// A program joined or left.
    case attached(identity: String)
    case detached(identity: String)
    /// The data plane's own words, such as Envoy's exit.
    case dataPlane(String)
}
