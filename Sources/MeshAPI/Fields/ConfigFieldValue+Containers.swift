extension Optional: ConfigFieldValue where Wrapped: ConfigFieldValue {
    /// Reads the wrapped value.
    public static func decode(_ value: LocatedValue, _ context: DecodingContext) -> Wrapped?? {
        Wrapped.decode(value, context).map { .some($0) }
    }

    /// Whether it is nil.
    public var isAbsent: Bool { self == nil }

    /// The wrapped value, also when it is a zero.
    public func encode() -> ConfigValue { self?.encode() ?? .null }

    /// The schema of the wrapped type.
    public static var schema: FieldSchema { Wrapped.schema }

    /// Checks the wrapped value.
    public func check(_ rules: FieldRules, _ context: ValidationContext) { self?.check(rules, context) }
}

extension Array: ConfigFieldValue where Element: ConfigFieldValue {
    /// Reads the elements; one that can't be read is reported and left out.
    public static func decode(_ value: LocatedValue, _ context: DecodingContext) -> [Element]? {
        guard case .array(let values) = value.content else {
            context.reportType("array", value)
            return nil
        }
        var result: [Element] = []
        result.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            context.path.push(.index(index))
            if let element = Element.decode(value, context) { result.append(element) }
            context.path.pop()
        }
        return result
    }

    /// Whether it is empty.
    public var isAbsent: Bool { isEmpty }

    /// The elements.
    public func encode() -> ConfigValue { .array(map { $0.encode() }) }

    /// A list of the element's type.
    public static var schema: FieldSchema { .array(Element.schema) }

    /// Checks the number of elements, and each of them.
    public func check(_ rules: FieldRules, _ context: ValidationContext) {
        checkCount(count, rules, context)
        for (index, element) in enumerated() {
            context.path.push(.index(index))
            element.check(rules, context)
            context.path.pop()
        }
    }
}

/// A type that the names of a map can have.
public protocol ConfigMapKey: Hashable, Comparable, Sendable {
    /// The key that a name stands for, or nil when it can't be one.
    init?(fieldName: String)
    /// The name.
    var fieldName: String { get }
}

extension String: ConfigMapKey {
    /// The name itself.
    public init?(fieldName: String) { self = fieldName }
    /// The name itself.
    public var fieldName: String { self }
}

extension UInt32: ConfigMapKey {
    /// A number in decimal digits.
    public init?(fieldName: String) { self.init(fieldName) }
    /// The number in decimal digits.
    public var fieldName: String { String(self) }
}

extension Dictionary: ConfigFieldValue where Key: ConfigMapKey, Value: ConfigFieldValue {
    /// Reads the entries; one that can't be read is reported and left out.
    public static func decode(_ value: LocatedValue, _ context: DecodingContext) -> [Key: Value]? {
        guard case .object(let fields) = value.content else {
            context.reportType("object", value)
            return nil
        }
        var result: [Key: Value] = [:]
        result.reserveCapacity(fields.count)
        for field in fields {
            context.path.push(.key(field.name))
            defer { context.path.pop() }
            guard let key = Key(fieldName: field.name) else {
                context.report(.wrongType, "the name \"\(field.name)\" must be a whole number", line: field.line)
                continue
            }
            if let value = Value.decode(field.value, context) { result[key] = value }
        }
        return result
    }

    /// Whether it is empty.
    public var isAbsent: Bool { isEmpty }

    /// The entries in the order of their keys.
    public func encode() -> ConfigValue {
        .object(OrderedFields(unique: sorted { $0.key < $1.key }.map { ($0.key.fieldName, $0.value.encode()) }))
    }

    /// A map to the value's type.
    public static var schema: FieldSchema { .map(Value.schema, numbered: Key.self == UInt32.self) }

    /// Checks the number of entries, and each of them.
    public func check(_ rules: FieldRules, _ context: ValidationContext) {
        checkCount(count, rules, context)
        for (key, value) in self {
            context.path.push(.key(key.fieldName))
            value.check(rules, context)
            context.path.pop()
        }
    }
}

private func checkCount(_ count: Int, _ rules: FieldRules, _ context: ValidationContext) {
    guard let items = rules.items, !items.contains(count) else { return }
    if count > items.upperBound {
        context.error(.limitExceeded, "Too many: \(count): must have at most \(items.upperBound) items")
    } else {
        context.error(.limitExceeded, "should have at least \(items.lowerBound) items")
    }
}
