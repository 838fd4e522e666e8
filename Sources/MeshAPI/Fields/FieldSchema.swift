/// What a field may hold.
public indirect enum FieldSchema: Sendable, Equatable {
    /// Text.
    case string
    /// Base64 text.
    case bytes
    /// A Go duration such as `1.5s`, `2m` or `100ms`.
    case duration
    /// True or false.
    case bool
    /// A whole number between two bounds.
    case integer(ClosedRange<Double>)
    /// A number.
    case number
    /// A number, or text.
    case integerOrString
    /// One of some names.
    case enumeration([String])
    /// A list.
    case array(FieldSchema)
    /// An object whose names are data; keys are text or, when `numbered`, whole numbers.
    case map(FieldSchema, numbered: Bool)
    /// An object with named fields.
    case object(ObjectSchema)
    /// Anything.
    case any
}

/// The fields of a message.
public struct ObjectSchema: Sendable, Equatable {
    /// One field.
    public struct Field: Sendable, Equatable {
        /// The JSON name.
        public var name: String
        /// What it may hold.
        public var schema: FieldSchema
        /// What is asked besides the type.
        public var rules: FieldRules
    }

    /// The Swift name of the type.
    public var name: String
    /// The fields in the order of the specification.
    public var fields: [Field] = []
    /// Groups of fields of which at most one may be written.
    public var oneOfs: [[String]] = []
    /// Whether unknown fields are kept rather than refused.
    public var keepsUnknownFields = false
}

struct SchemaVisitor: FieldVisitor {
    var schema: ObjectSchema

    init(name: String) { schema = ObjectSchema(name: name) }

    mutating func field<Value: ConfigFieldValue>(_ name: String, _ value: inout Value, _ rules: FieldRules) {
        schema.fields.append(ObjectSchema.Field(name: name, schema: Value.schema, rules: rules))
    }

    mutating func oneOf(_ names: [String]) { schema.oneOfs.append(names) }

    mutating func unknownFields(_ value: inout OrderedFields) { schema.keepsUnknownFields = true }
}
