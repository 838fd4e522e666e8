/// A parsed value that remembers the line on which it was written.
///
/// It is what the YAML and JSON readers produce and what every kind is decoded from.
public struct LocatedValue: Sendable {
    enum Content: Sendable {
        case null
        case bool(Bool)
        case int(Int64)
        case double(Double)
        case string(String)
        case array([LocatedValue])
        case object([LocatedField])
    }

    var content: Content
    var line: Int32

    init(_ content: Content, line: Int32) {
        self.content = content
        self.line = line
    }

    /// A value that wasn't read from a file.
    public init(_ value: ConfigValue) {
        line = 0
        switch value {
        case .null: content = .null
        case .bool(let value): content = .bool(value)
        case .int(let value): content = .int(value)
        case .double(let value): content = .double(value)
        case .string(let value): content = .string(value)
        case .array(let values): content = .array(values.map { LocatedValue($0) })
        case .object(let fields):
            content = .object(fields.map { LocatedField(name: $0.name, line: 0, value: LocatedValue($0.value)) })
        }
    }

    /// The plain value, without lines.
    public var value: ConfigValue {
        switch content {
        case .null: .null
        case .bool(let value): .bool(value)
        case .int(let value): .int(value)
        case .double(let value): .double(value)
        case .string(let value): .string(value)
        case .array(let values): .array(values.map(\.value))
        case .object(let fields): .object(OrderedFields(unique: fields.map { ($0.name, $0.value.value) }))
        }
    }

    /// The JSON name of the value's type, as error messages use it.
    var typeName: String {
        switch content {
        case .null: "null"
        case .bool: "boolean"
        case .int: "integer"
        case .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    var isNull: Bool { if case .null = content { true } else { false } }

    var fields: [LocatedField]? { if case .object(let fields) = content { fields } else { nil } }

    var string: String? { if case .string(let value) = content { value } else { nil } }

    /// The value of a field of an object.
    subscript(name: String) -> LocatedValue? { fields?.first { $0.name == name }?.value }
}

/// A named field of a parsed object, with the line of its name.
struct LocatedField: Sendable {
    var name: String
    var line: Int32
    var value: LocatedValue
}
