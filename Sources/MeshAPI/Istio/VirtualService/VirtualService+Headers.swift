extension VirtualService {
    /// Changes to the headers of requests and responses.
    public struct Headers: ConfigFields {
        /// Changes before the request is forwarded.
        public var request: HeaderOperations?
        /// Changes before the response is returned.
        public var response: HeaderOperations?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("request", &request)
            visitor.field("response", &response)
        }
    }

    /// Changes to headers.
    public struct HeaderOperations: ConfigFields {
        /// Headers to overwrite.
        public var set: [String: String] = [:]
        /// Values to append.
        public var add: [String: String] = [:]
        /// Headers to remove.
        public var remove: [String] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("set", &set)
            visitor.field("add", &add)
            visitor.field("remove", &remove)
        }
    }
}
