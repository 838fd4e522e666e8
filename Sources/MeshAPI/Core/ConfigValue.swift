/// A plain tree of configuration: what JSON and Kubernetes' YAML can say.
public enum ConfigValue: Sendable, Equatable {
    /// Nothing, written as `null`.
    case null
    /// True or false.
    case bool(Bool)
    /// A whole number.
    case int(Int64)
    /// A number with a fraction, or one too large for 64 bits.
    case double(Double)
    /// Text.
    case string(String)
    /// A list.
    case array([ConfigValue])
    /// Named fields.
    case object(OrderedFields)

    /// The value of a field, or nil when this isn't an object or has no such field.
    public subscript(name: String) -> ConfigValue? {
        if case .object(let fields) = self { fields[name] } else { nil }
    }

    /// The text, or nil when this isn't a string.
    public var string: String? { if case .string(let value) = self { value } else { nil } }

    /// The whole number, or nil when this isn't one.
    public var int: Int64? { if case .int(let value) = self { value } else { nil } }

    /// The truth value, or nil when this isn't one.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// The elements, or nil when this isn't a list.
    public var array: [ConfigValue]? { if case .array(let values) = self { values } else { nil } }

    /// The fields, or nil when this isn't an object.
    public var object: OrderedFields? { if case .object(let fields) = self { fields } else { nil } }
}

extension ConfigValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByFloatLiteral, ExpressibleByNilLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .int(value) }
    /// True or false.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A number with a fraction.
    public init(floatLiteral value: Double) { self = .double(value) }
    /// `null`.
    public init(nilLiteral: ()) { self = .null }
    /// A list.
    public init(arrayLiteral elements: ConfigValue...) { self = .array(elements) }
    /// An object; the last of equal names wins.
    public init(dictionaryLiteral elements: (String, ConfigValue)...) {
        var fields = OrderedFields()
        for (name, value) in elements { fields[name] = value }
        self = .object(fields)
    }
}
