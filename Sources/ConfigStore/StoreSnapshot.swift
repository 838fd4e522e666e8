public import MeshAPI

/// Every object of a store at one revision.
public struct StoreSnapshot: Sendable, Equatable {
    /// Grows by one with every change; 0 is the empty store.
    public var revision: UInt64
    /// The objects by what they are called.
    public var objects: [ObjectReference: MeshObject]

    public init(revision: UInt64 = 0, objects: [ObjectReference: MeshObject] = [:]) {
        self.revision = revision
        self.objects = objects
    }

    /// The objects in the order of their references: the same content gives the
    /// same list, whatever order it arrived in.
    public var sorted: [MeshObject] {
        objects.sorted { $0.key < $1.key }.map(\.value)
    }
}
