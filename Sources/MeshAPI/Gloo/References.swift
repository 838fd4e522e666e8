/// The name of an object and its namespace.
public struct ObjectRef: ConfigFields {
    /// The name.
    public var name: String = ""
    /// The namespace.
    public var namespace: String = ""

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("name", &name)
        visitor.field("namespace", &namespace)
    }
}

/// The name of an object in a cluster.
public struct ClusterObjectRef: ConfigFields {
    /// The name.
    public var name: String = ""
    /// The namespace.
    public var namespace: String = ""
    /// The cluster.
    public var clusterName: String = ""

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("name", &name)
        visitor.field("namespace", &namespace)
        visitor.field("clusterName", &clusterName)
    }
}
