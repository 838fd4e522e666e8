/// The object that a policy is attached to.
public struct PolicyTargetReference: ConfigFields {
    /// The API group; empty for the core group.
    public var group: String = ""
    /// The kind.
    public var kind: String = ""
    /// The name.
    public var name: String = ""
    /// Must be empty: a policy is attached to objects of its own namespace.
    public var namespace: String = ""

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("group", &group, .length(0...253))
        visitor.field("kind", &kind, .required.length(1...63))
        visitor.field("name", &name, .required.length(1...253))
        visitor.field("namespace", &namespace)
    }
}
