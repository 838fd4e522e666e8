extension TrafficPolicy {
    /// Conditions that a request must meet, all of them.
    public struct HTTPMatcher: ConfigFields {
        /// The name of the condition.
        public var name: String = ""
        /// The path.
        public var uri: StringMatch?
        /// Headers.
        public var headers: [HeaderMatcher] = []
        /// Query parameters.
        public var queryParameters: [QueryParameterMatcher] = []
        /// The method.
        public var method: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name)
            visitor.field("uri", &uri)
            visitor.field("headers", &headers)
            visitor.field("queryParameters", &queryParameters)
            visitor.field("method", &method)
        }
    }

    /// How a string is compared.
    public struct StringMatch: ConfigFields {
        /// The string is this one.
        public var exact: String?
        /// The string begins with this one.
        public var prefix: String?
        /// The string matches this RE2 expression.
        public var regex: String?
        /// The string ends with this one.
        public var suffix: String?
        /// Whether letters of different case are equal.
        public var ignoreCase: Bool = false

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("exact", &exact)
            visitor.field("prefix", &prefix)
            visitor.field("regex", &regex)
            visitor.field("suffix", &suffix)
            visitor.field("ignoreCase", &ignoreCase)
            visitor.oneOf(["exact", "prefix", "regex", "suffix"])
        }
    }

    /// A condition on a header.
    public struct HeaderMatcher: ConfigFields {
        /// The name.
        public var name: String = ""
        /// The value; any when empty.
        public var value: String = ""
        /// Whether the value is an RE2 expression.
        public var regex: Bool = false
        /// Whether the condition must not be met.
        public var invertMatch: Bool = false

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name)
            visitor.field("value", &value)
            visitor.field("regex", &regex)
            visitor.field("invertMatch", &invertMatch)
        }
    }

    /// A condition on a query parameter.
    public struct QueryParameterMatcher: ConfigFields {
        /// The name.
        public var name: String = ""
        /// The value; any when empty.
        public var value: String = ""
        /// Whether the value is an RE2 expression.
        public var regex: Bool = false

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name)
            visitor.field("value", &value)
            visitor.field("regex", &regex)
        }
    }
}
