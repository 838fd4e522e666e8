/// How a string is compared.
public enum StringMatch: Sendable, Equatable {
    /// The string is this one.
    case exact(String)
    /// The string begins with this one.
    case prefix(String)
    /// The whole string matches this RE2 expression.
    case regex(String)
    /// Written `{}`: the string is there, whatever it is.
    case present
}

extension StringMatch: ConfigFieldValue {
    /// Reads an object with one of the fields `exact`, `prefix` and `regex`, or with none.
    public static func decode(_ value: LocatedValue, _ context: DecodingContext) -> StringMatch? {
        Fields.decode(value, context).map { fields in
            if let text = fields.exact {
                .exact(text)
            } else if let text = fields.prefix {
                .prefix(text)
            } else if let text = fields.regex {
                .regex(text)
            } else {
                .present
            }
        }
    }

    /// False: `{}` has a meaning.
    public var isAbsent: Bool { false }

    /// An object with one field, or with none.
    public func encode() -> ConfigValue {
        switch self {
        case .exact(let text): ["exact": .string(text)]
        case .prefix(let text): ["prefix": .string(text)]
        case .regex(let text): ["regex": .string(text)]
        case .present: [:]
        }
    }

    /// The three ways to compare.
    public static var schema: FieldSchema {
        guard case .object(var schema) = Fields.schema else { return .any }
        schema.name = "StringMatch"
        return .object(schema)
    }

    private struct Fields: ConfigFields {
        var exact: String?
        var prefix: String?
        var regex: String?

        mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("exact", &exact)
            visitor.field("prefix", &prefix)
            visitor.field("regex", &regex)
            visitor.oneOf(["exact", "prefix", "regex"])
        }
    }
}
