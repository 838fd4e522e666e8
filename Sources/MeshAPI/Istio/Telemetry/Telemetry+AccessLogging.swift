extension Telemetry {
    /// Access logs.
    public struct AccessLogging: ConfigFields {
        /// The side that is meant.
        public var match: LogSelector?
        /// Who takes the logs.
        public var providers: [ProviderRef] = []
        /// Whether nothing is logged.
        public var disabled: Bool?
        /// Which requests are logged.
        public var filter: Filter?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("match", &match)
            visitor.field("providers", &providers)
            visitor.field("disabled", &disabled)
            visitor.field("filter", &filter)
        }
    }

    /// The side of a connection that is meant.
    public struct LogSelector: ConfigFields {
        /// The side.
        public var mode: WorkloadMode = .zero

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("mode", &mode)
        }
    }

    /// Which requests are logged.
    public struct Filter: ConfigFields {
        /// A CEL expression, such as `response.code >= 400`.
        public var expression: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("expression", &expression)
        }
    }
}
