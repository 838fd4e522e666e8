/// A port, by number.
public struct PortSelector: ConfigFields {
    /// The port number.
    public var number: UInt32 = 0

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("number", &number)
    }
}
