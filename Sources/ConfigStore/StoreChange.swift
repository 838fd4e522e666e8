public import MeshAPI

/// One change of one object.
public struct StoreChange: Sendable, Equatable {
    /// What happened to the object.
    public enum Kind: String, Sendable {
        case added, modified, deleted
    }

    /// The store's revision after the change.
    public var revision: UInt64
    public var kind: Kind
    /// The object as it is now, or as it last was when it was deleted.
    public var object: MeshObject

    public init(revision: UInt64, kind: Kind, object: MeshObject) {
        self.revision = revision
        self.kind = kind
        self.object = object
    }
}
