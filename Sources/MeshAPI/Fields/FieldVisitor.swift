/// Something that goes through the fields of a type: the decoder, the encoder, the schema.
///
/// A kind names its fields once, in ``ConfigFields/fields(_:)``; every use of the definition is a visitor.
public protocol FieldVisitor {
    /// Visits one field.
    ///
    /// - Parameters:
    ///   - name: The JSON name, in lowerCamelCase.
    ///   - value: The stored property behind it.
    ///   - rules: What the schema asks besides the type.
    mutating func field<Value: ConfigFieldValue>(_ name: String, _ value: inout Value, _ rules: FieldRules)

    /// Says that at most one of the named fields may be written.
    mutating func oneOf(_ names: [String])

    /// Visits the place where fields are kept that the type doesn't know; a type without one refuses them.
    mutating func unknownFields(_ value: inout OrderedFields)
}

extension FieldVisitor {
    /// Visits a field without rules.
    public mutating func field<Value: ConfigFieldValue>(_ name: String, _ value: inout Value) {
        field(name, &value, .none)
    }

    /// Does nothing: most visitors don't mind.
    public mutating func oneOf(_ names: [String]) {}

    /// Does nothing: most types have none.
    public mutating func unknownFields(_ value: inout OrderedFields) {}
}
