public import EnvoyAPI

/// What takes the configuration: the data plane.
public protocol ResourceApplier: Sendable {
    /// Puts `update` in force and looks whether what is in `check` could be.
    ///
    /// - Returns: What is refused, and why, naming the field. For those, what
    ///   was in force stays.
    func apply(_ update: ResourceUpdate, checking check: ResourceSet) async -> [ResourceName: String]
}
