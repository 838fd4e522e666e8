extension Telemetry {
    /// Traces.
    public struct Tracing: ConfigFields {
        /// The side that is meant.
        public var match: TracingSelector?
        /// Who takes the traces.
        public var providers: [ProviderRef] = []
        /// The share of requests that is traced.
        public var randomSamplingPercentage: Double?
        /// Whether nothing is reported.
        public var disableSpanReporting: Bool?
        /// Tags to add.
        public var customTags: [String: CustomTag] = [:]
        /// Whether the request's id decides about the sample.
        public var useRequestIdForTraceSampling: Bool?
        /// Whether Istio's own tags are added.
        public var enableIstioTags: Bool?
        /// Whether trace headers are left alone.
        public var disableContextPropagation: Bool?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("match", &match)
            visitor.field("providers", &providers)
            visitor.field("randomSamplingPercentage", &randomSamplingPercentage, .range(0...100))
            visitor.field("disableSpanReporting", &disableSpanReporting)
            visitor.field("customTags", &customTags)
            visitor.field("useRequestIdForTraceSampling", &useRequestIdForTraceSampling)
            visitor.field("enableIstioTags", &enableIstioTags)
            visitor.field("disableContextPropagation", &disableContextPropagation)
        }
    }

    /// The side of a connection that is meant.
    public struct TracingSelector: ConfigFields {
        /// The side.
        public var mode: WorkloadMode = .zero

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("mode", &mode)
        }
    }

    /// The value of a tag.
    public struct CustomTag: ConfigFields {
        /// A fixed value.
        public var literal: Literal?
        /// A variable of the proxy's environment.
        public var environment: EnvironmentVariable?
        /// A header of the request.
        public var header: RequestHeader?
        /// A value with the proxy's format commands.
        public var formatter: Literal?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("literal", &literal)
            visitor.field("environment", &environment)
            visitor.field("header", &header)
            visitor.field("formatter", &formatter)
            visitor.oneOf(["literal", "environment", "header", "formatter"])
        }
    }

    /// A fixed value.
    public struct Literal: ConfigFields {
        /// The value.
        public var value: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("value", &value, .required.length(1...1048576))
        }
    }

    /// A variable of the proxy's environment.
    public struct EnvironmentVariable: ConfigFields {
        /// The name.
        public var name: String = ""
        /// The value when there is none.
        public var defaultValue: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name, .required.length(1...1048576))
            visitor.field("defaultValue", &defaultValue)
        }
    }

    /// A header of a request.
    public struct RequestHeader: ConfigFields {
        /// The name.
        public var name: String = ""
        /// The value when there is none.
        public var defaultValue: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name, .required.length(1...1048576))
            visitor.field("defaultValue", &defaultValue)
        }
    }
}
