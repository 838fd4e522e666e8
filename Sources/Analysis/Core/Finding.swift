public import MeshAPI

/// One thing that is doubtful about the objects of a mesh together.
public struct Finding: Hashable, Sendable {
    /// How bad it is.
    public enum Severity: String, Sendable, CaseIterable, Comparable {
        /// Something doesn't work.
        case error
        /// Something probably doesn't do what was meant.
        case warning
        /// Something worth knowing.
        case info

        /// The worst come first.
        public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .error: 0
            case .warning: 1
            case .info: 2
            }
        }
    }

    /// The kind of finding.
    public var code: FindingCode
    /// How bad it is; usually ``FindingCode/severity``.
    public var severity: Severity
    /// The object that it is about.
    public var resource: ObjectReference
    /// The field, such as `spec.hosts[0]`; empty when it is about the whole object.
    public var path: String
    /// What is doubtful, and what to write instead.
    public var message: String
    /// The line, when the object came from a file.
    public var location: SourceLocation?

    /// A finding.
    public init(
        _ code: FindingCode, severity: Severity? = nil, resource: ObjectReference, path: String = "", message: String,
        location: SourceLocation? = nil
    ) {
        self.code = code
        self.severity = severity ?? code.severity
        self.resource = resource
        self.path = path
        self.message = message
        self.location = location
    }
}

extension Finding: CustomStringConvertible {
    /// `FILE:LINE: warning IST0134: Kind namespace/name: spec.path: message`, without the parts that aren't known.
    public var description: String {
        var text = ""
        if let location { text += location.line > 0 ? "\(location): " : "\(location.file): " }
        text += "\(severity.rawValue) \(code.id): \(resource): "
        if !path.isEmpty { text += "\(path): " }
        return text + message
    }
}
