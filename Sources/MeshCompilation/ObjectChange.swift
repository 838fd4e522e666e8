public import MeshAPI

/// What happened to one declared object.
public enum ObjectChange: Sendable, Equatable {
    /// It is there now, new or in place of what it was.
    case put(MeshObject)
    /// It is gone.
    case remove(ObjectReference)

    /// The object in question.
    public var reference: ObjectReference {
        switch self {
        case .put(let object): object.reference
        case .remove(let reference): reference
        }
    }
}
