public import EnvoyAPI

/// What changes in the configuration that is in force.
public struct ResourceUpdate: Sendable {
    /// New and changed resources. Its name table counts only when
    /// ``replacesNameTable``.
    public var updated = ResourceSet()
    /// Whether `updated.nameTable` is the new name table.
    public var replacesNameTable = false
    /// What is gone.
    public var removed: [ResourceName] = []

    /// No change.
    public init() {}

    /// Whether nothing changes.
    public var isEmpty: Bool { updated.names.isEmpty && removed.isEmpty && !replacesNameTable }

    mutating func add(_ resource: DiscoveredResource) {
        if case .nameTable = resource { replacesNameTable = true }
        updated.add(resource)
    }
}
