/// One header line as it stood on the wire: name and value, case kept.
public struct HeaderField: Hashable, Sendable, CustomStringConvertible {
    /// The name as written.
    public var name: String

    /// The value without the surrounding white space.
    public var value: String

    /// Creates a header field.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// `name: value`.
    public var description: String { "\(name): \(value)" }

    /// Whether the field has this name, compared as HTTP does (RFC 9110
    /// section 5.1: case-insensitively).
    public func isNamed(_ other: String) -> Bool {
        name.lowercased() == other.lowercased()
    }
}

extension [HeaderField] {
    /// The value of the first field with this name, or nil.
    public func first(named name: String) -> String? {
        first { $0.isNamed(name) }?.value
    }

    /// The values of all fields with this name, in order.
    public func values(named name: String) -> [String] {
        filter { $0.isNamed(name) }.map(\.value)
    }
}
