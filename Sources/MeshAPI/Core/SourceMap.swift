/// Where each field of an object was written.
public struct SourceMap: Sendable {
    /// The file that the object came from; empty when it didn't come from one.
    public let file: String
    let root: LocatedValue?

    /// The source of an object that wasn't read from a file.
    public static let none = SourceMap(file: "", root: nil)

    init(file: String, root: LocatedValue?) {
        self.file = file
        self.root = root
    }

    /// The line of a field such as `spec.http[0].route[0].destination.host`.
    ///
    /// - Parameter path: A field path as ``Violation/path`` has it; the empty path means the object.
    /// - Returns: The line of the field, or of its nearest ancestor that was written; nil without a file.
    public func location(of path: String) -> SourceLocation? {
        guard var value = root, !file.isEmpty || value.line > 0 else { return nil }
        var line = value.line
        for step in FieldPath.steps(of: path) {
            switch (step, value.content) {
            case (.field(let name), .object(let fields)), (.key(let name), .object(let fields)):
                guard let field = fields.first(where: { $0.name == name || $0.name.camelCased == name }) else {
                    return SourceLocation(file: file, line: Int(line))
                }
                (value, line) = (field.value, field.line)
            case (.index(let index), .array(let values)):
                guard values.indices.contains(index) else { return SourceLocation(file: file, line: Int(line)) }
                value = values[index]
                line = value.line
            case (.index(let index), .object(let fields)):
                guard let field = fields.first(where: { $0.name == String(index) }) else {
                    return SourceLocation(file: file, line: Int(line))
                }
                (value, line) = (field.value, field.line)
            default:
                return SourceLocation(file: file, line: Int(line))
            }
        }
        return SourceLocation(file: file, line: Int(line))
    }
}
