public import MeshAPI

/// Why a store refused a write.
public struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// There is no such object.
        case notFound = "NotFound"
        /// The object exists already.
        case alreadyExists = "AlreadyExists"
        /// The object was changed since the version the writer had read.
        case conflict = "Conflict"
        /// The revision asked for is older than what the store remembers.
        case expired = "Expired"
    }

    public var code: Code
    /// The object concerned; nil for ``Code/expired``.
    public var object: ObjectReference?
    public var message: String

    public init(code: Code, object: ObjectReference?, message: String) {
        self.code = code
        self.object = object
        self.message = message
    }

    public var description: String { message }
}
