/// A port that is given by number or by name.
public enum IntegerOrString: Sendable, Equatable {
    /// By number.
    case integer(Int64)
    /// By name.
    case string(String)
}

extension IntegerOrString: ConfigFieldValue {
    /// Reads a whole number or text.
    public static func decode(_ value: LocatedValue, _ context: DecodingContext) -> IntegerOrString? {
        switch value.content {
        case .int(let number): return .integer(number)
        case .string(let text): return .string(text)
        default:
            context.reportType("integer or string", value)
            return nil
        }
    }

    /// Whether it is the number zero.
    public var isAbsent: Bool { self == .integer(0) }

    /// The number or the text.
    public func encode() -> ConfigValue {
        switch self {
        case .integer(let number): .int(number)
        case .string(let text): .string(text)
        }
    }

    /// A number or text.
    public static var schema: FieldSchema { .integerOrString }
}
