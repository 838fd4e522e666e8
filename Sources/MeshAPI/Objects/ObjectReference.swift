/// The identity of an object: its kind, its namespace and its name.
public struct ObjectReference: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The kind, such as `VirtualService`.
    public var kind: String
    /// The namespace; empty for kinds that have none.
    public var namespace: String
    /// The name.
    public var name: String

    /// A reference.
    public init(kind: String, namespace: String, name: String) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    /// `VirtualService default/webserver`, or `Namespace default`.
    public var description: String { namespace.isEmpty ? "\(kind) \(name)" : "\(kind) \(namespace)/\(name)" }

    /// By kind, then namespace, then name.
    public static func < (left: ObjectReference, right: ObjectReference) -> Bool {
        (left.kind, left.namespace, left.name) < (right.kind, right.namespace, right.name)
    }
}
