/// A line of a file that a person wrote.
public struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
    /// The file as it was named by the reader; empty when there is no file.
    public var file: String
    /// The line, counted from 1; 0 when it isn't known.
    public var line: Int

    /// A line of a file.
    public init(file: String, line: Int) {
        self.file = file
        self.line = line
    }

    /// `FILE:LINE`, the form that editors and terminals make clickable.
    public var description: String { "\(file):\(line)" }
}
