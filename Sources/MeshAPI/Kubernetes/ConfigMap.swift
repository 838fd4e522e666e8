/// Data that isn't secret.
public struct ConfigMap: ConfigFields {
    /// The data as text.
    public var data: [String: String] = [:]
    /// The data in base64.
    public var binaryData: [String: String] = [:]
    /// Whether it never changes.
    public var immutable: Bool?
    /// The fields that Petrel has no use for, kept as they are.
    public var unknownFields = OrderedFields()

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("data", &data)
        visitor.field("binaryData", &binaryData)
        visitor.field("immutable", &immutable)
        visitor.unknownFields(&unknownFields)
    }
}
