/// A type that a field can have.
public protocol ConfigFieldValue: Sendable, Equatable {
    /// Reads the value, or reports to the context why it can't and returns nil.
    static func decode(_ value: LocatedValue, _ context: DecodingContext) -> Self?
    /// Whether the field is left out when it is written.
    var isAbsent: Bool { get }
    /// The value as it is written.
    func encode() -> ConfigValue
    /// What the field may hold.
    static var schema: FieldSchema { get }
    /// Checks the value, and what is inside it, against the rules of the schema.
    func check(_ rules: FieldRules, _ context: ValidationContext)
}

extension ConfigFieldValue {
    /// There is nothing to check.
    public func check(_ rules: FieldRules, _ context: ValidationContext) {}
}

/// A message: a type with named fields.
public protocol ConfigFields: ConfigFieldValue {
    /// A message in which nothing is written.
    init()
    /// Names the fields, in the order of the specification.
    mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor)
}

extension ConfigFields {
    /// A message set up by a closure: `Destination { $0.host = "example.com" }`.
    public init(_ configure: (inout Self) -> Void) {
        self.init()
        configure(&self)
    }

    /// Reads the fields; what can't be read is reported and left at its default.
    public static func decode(_ value: LocatedValue, _ context: DecodingContext) -> Self? {
        guard case .object(let source) = value.content else {
            context.reportType("object", value)
            return nil
        }
        var result = Self()
        var visitor = DecodingVisitor(source, line: value.line, context: context)
        result.fields(&visitor)
        visitor.finish(Self.self)
        return result
    }

    /// Decodes from a plain value.
    ///
    /// - Returns: The message, and a violation for everything that couldn't be read.
    public static func decode(_ value: ConfigValue) -> (message: Self, violations: [Violation]) {
        let context = DecodingContext()
        let message = decode(LocatedValue(value), context) ?? Self()
        return (message, context.violations(of: nil, file: ""))
    }

    /// False: a message that is there is written, even if it is empty.
    public var isAbsent: Bool { false }

    /// The fields that are set, with their JSON names.
    public func encode() -> ConfigValue {
        var copy = self
        var visitor = EncodingVisitor()
        copy.fields(&visitor)
        return .object(OrderedFields(unique: visitor.fields))
    }

    /// The fields with their types and rules.
    public static var schema: FieldSchema {
        var visitor = SchemaVisitor(name: String(describing: Self.self))
        var blank = Self()
        blank.fields(&visitor)
        return .object(visitor.schema)
    }

    /// Checks every field against its rules.
    public func check(_ rules: FieldRules, _ context: ValidationContext) {
        var copy = self
        var visitor = RuleVisitor(context: context)
        copy.fields(&visitor)
    }
}
