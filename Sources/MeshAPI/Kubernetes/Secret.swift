/// Secret data, such as a certificate and its key.
public struct Secret: ConfigFields {
    /// The data in base64.
    public var data: [String: String] = [:]
    /// Data that is written as text and stored in `data`.
    public var stringData: [String: String] = [:]
    /// The type, such as `kubernetes.io/tls`.
    public var type: String = ""
    /// Whether it never changes.
    public var immutable: Bool?
    /// The fields that Petrel has no use for, kept as they are.
    public var unknownFields = OrderedFields()

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("data", &data)
        visitor.field("stringData", &stringData)
        visitor.field("type", &type)
        visitor.field("immutable", &immutable)
        visitor.unknownFields(&unknownFields)
    }
}
