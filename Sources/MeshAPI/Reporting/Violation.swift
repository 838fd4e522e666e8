/// One thing that is wrong with what somebody wrote.
public struct Violation: Hashable, Sendable {
    /// Whether the object is refused.
    public enum Severity: String, Sendable, Comparable {
        /// The object is refused.
        case error
        /// The object is accepted and probably doesn't do what was meant.
        case warning

        /// Errors come first.
        public static func < (left: Severity, right: Severity) -> Bool { left == .error && right == .warning }
    }

    /// Whether the object is refused.
    public var severity: Severity
    /// The stable code of the rule, such as `PTR0101`; see ``ViolationCode``.
    public var code: String
    /// What is wrong and what to write instead.
    public var message: String
    /// The field, such as `spec.hosts[0]`; empty when it is about the whole object.
    public var path: String
    /// The object, as far as it could be read.
    public var object: ObjectReference?
    /// The line, when the object came from a file.
    public var location: SourceLocation?

    /// A violation of a rule.
    public init(
        severity: Severity, code: ViolationCode, message: String, path: String = "", object: ObjectReference? = nil,
        location: SourceLocation? = nil
    ) {
        self.severity = severity
        self.code = code.rawValue
        self.message = message
        self.path = path
        self.object = object
        self.location = location
    }
}

extension Violation: CustomStringConvertible {
    /// `FILE:LINE: error PTR0001: Kind namespace/name: spec.path: message`, without the parts that aren't known.
    public var description: String {
        var text = ""
        if let location { text += location.line > 0 ? "\(location): " : "\(location.file): " }
        text += "\(severity.rawValue) \(code): "
        if let object { text += "\(object): " }
        if !path.isEmpty { text += "\(path): " }
        text += message
        return text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
    }
}
