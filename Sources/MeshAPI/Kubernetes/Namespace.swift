/// A namespace; what matters are its labels.
public struct Namespace: ConfigFields {
    /// The fields that Petrel has no use for, kept as they are.
    public var unknownFields = OrderedFields()

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.unknownFields(&unknownFields)
    }
}
