/// A failure of the test kit itself: something that could not be started,
/// or something awaited that did not happen.
public struct TestKitError: Error, Hashable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: Sendable, Hashable {
        /// Something awaited did not happen within its time limit.
        case timeout
        /// A program, socket or file could not be started or opened.
        case unavailable
        /// Bytes could not be read as what they should have been.
        case malformed
    }

    /// What kind of failure it is.
    public let code: Code

    /// The sentence for the reader of the test log.
    public let description: String

    /// Creates an error from its kind and the sentence that explains it.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
