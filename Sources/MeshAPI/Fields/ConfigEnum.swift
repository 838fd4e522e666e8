/// An enumeration whose raw values are the names on the wire; the first case is the default.
public protocol ConfigEnum: ConfigFieldValue, RawRepresentable<String>, CaseIterable {}

extension ConfigEnum {
    /// The case that stands when nothing is written: number zero in the proto.
    public static var zero: Self { allCases[allCases.startIndex] }

    /// Reads a name.
    public static func decode(_ value: LocatedValue, _ context: DecodingContext) -> Self? {
        guard case .string(let name) = value.content else {
            context.reportType("string", value)
            return nil
        }
        if let known = Self(rawValue: name) { return known }
        let names = allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        context.report(.unknownEnumValue, "Unsupported value: \"\(name)\": supported values: \(names)", line: value.line)
        return nil
    }

    /// Whether it is the default.
    public var isAbsent: Bool { self == Self.zero }

    /// The name.
    public func encode() -> ConfigValue { .string(rawValue) }

    /// The names it may have.
    public static var schema: FieldSchema { .enumeration(allCases.map(\.rawValue)) }
}
