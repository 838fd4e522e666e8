extension String: ConfigFieldValue {
    /// Reads text; numbers and booleans must be in quotation marks, as Kubernetes has it.
    public static func decode(_ value: LocatedValue, _ context: DecodingContext) -> String? {
        guard case .string(let text) = value.content else {
            context.reportType("string", value)
            return nil
        }
        return text
    }

    /// Whether it is empty.
    public var isAbsent: Bool { isEmpty }

    /// The text.
    public func encode() -> ConfigValue { .string(self) }

    /// Text.
    public static var schema: FieldSchema { .string }

    /// Checks the length.
    public func check(_ rules: FieldRules, _ context: ValidationContext) {
        guard let length = rules.length, !length.contains(unicodeScalars.count) else { return }
        if unicodeScalars.count > length.upperBound {
            context.error(.limitExceeded, "Too long: may not be more than \(length.upperBound) bytes")
        } else {
            context.error(.limitExceeded, "should be at least \(length.lowerBound) chars long")
        }
    }
}

extension Bool: ConfigFieldValue {
    /// Reads true or false.
    public static func decode(_ value: LocatedValue, _ context: DecodingContext) -> Bool? {
        guard case .bool(let flag) = value.content else {
            context.reportType("boolean", value)
            return nil
        }
        return flag
    }

    /// Whether it is false.
    public var isAbsent: Bool { !self }

    /// True or false.
    public func encode() -> ConfigValue { .bool(self) }

    /// True or false.
    public static var schema: FieldSchema { .bool }
}

/// A whole number that a field can have.
protocol ConfigInteger: ConfigFieldValue, FixedWidthInteger {}

extension ConfigInteger {
    /// Reads a whole number that fits the type.
    public static func decode(_ value: LocatedValue, _ context: DecodingContext) -> Self? {
        let number: Self?
        switch value.content {
        case .int(let int): number = Self(exactly: int)
        case .double(let double): number = Self(exactly: double)
        default:
            context.reportType("integer", value)
            return nil
        }
        if let number { return number }
        if case .double(let double) = value.content, double != double.rounded() {
            context.reportType("integer", value)
        } else {
            context.report(.wrongType, "must be between \(Self.min) and \(Self.max)", line: value.line)
        }
        return nil
    }

    /// Whether it is zero.
    public var isAbsent: Bool { self == 0 }

    /// The number.
    public func encode() -> ConfigValue { Int64(exactly: self).map { .int($0) } ?? .double(Double(self)) }

    /// A whole number in the range of the type.
    public static var schema: FieldSchema { .integer(Double(Self.min)...Double(Self.max)) }

    /// Checks the range.
    public func check(_ rules: FieldRules, _ context: ValidationContext) { Double(self).check(rules, context) }
}

extension Int32: ConfigInteger {}
extension UInt32: ConfigInteger {}
extension Int64: ConfigInteger {}
extension UInt64: ConfigInteger {}

extension Double: ConfigFieldValue {
    /// Reads a number.
    public static func decode(_ value: LocatedValue, _ context: DecodingContext) -> Double? {
        switch value.content {
        case .int(let int): return Double(int)
        case .double(let double): return double
        default:
            context.reportType("number", value)
            return nil
        }
    }

    /// Whether it is zero.
    public var isAbsent: Bool { self == 0 }

    /// The number, without a fraction where it has none.
    public func encode() -> ConfigValue {
        self == rounded() && magnitude < 1e15 ? .int(Int64(self)) : .double(self)
    }

    /// A number.
    public static var schema: FieldSchema { .number }

    /// Checks the range.
    public func check(_ rules: FieldRules, _ context: ValidationContext) {
        guard let range = rules.range, !range.contains(self) else { return }
        if self < range.lowerBound {
            context.error(.outOfRange, "should be greater than or equal to \(range.lowerBound.jsonText), found \(jsonText)")
        } else {
            context.error(.outOfRange, "should be less than or equal to \(range.upperBound.jsonText), found \(jsonText)")
        }
    }
}

extension ConfigValue: ConfigFieldValue {
    /// Takes anything.
    public static func decode(_ value: LocatedValue, _ context: DecodingContext) -> ConfigValue? { value.value }

    /// Whether it is null.
    public var isAbsent: Bool { self == .null }

    /// The value itself.
    public func encode() -> ConfigValue { self }

    /// Anything.
    public static var schema: FieldSchema { .any }
}
