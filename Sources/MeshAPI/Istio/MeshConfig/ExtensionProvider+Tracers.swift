extension MeshConfig.ExtensionProvider {
    /// A collector of traces in Zipkin's form.
    public struct Zipkin: ConfigFields {
        /// The host of its service, or `namespace/host`.
        public var service: String = ""
        /// The port of its service.
        public var port: UInt32 = 0
        /// The longest path that is put into a tag.
        public var maxTagLength: UInt32?
        /// Whether trace ids have 64 bits rather than 128.
        public var enable64bitTraceId: Bool = false
        /// The path of the collector; `/api/v2/spans` when empty.
        public var path: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("service", &service, .required.length(1...1048576))
            visitor.field("port", &port, .required)
            visitor.field("maxTagLength", &maxTagLength)
            visitor.field("enable64bitTraceId", &enable64bitTraceId)
            visitor.field("path", &path)
        }
    }

    /// A collector of traces in Datadog's form.
    public struct Datadog: ConfigFields {
        /// The host of its service, or `namespace/host`.
        public var service: String = ""
        /// The port of its service.
        public var port: UInt32 = 0
        /// The longest path that is put into a tag.
        public var maxTagLength: UInt32?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("service", &service, .required.length(1...1048576))
            visitor.field("port", &port, .required)
            visitor.field("maxTagLength", &maxTagLength)
        }
    }

    /// A collector of traces in SkyWalking's form.
    public struct SkyWalking: ConfigFields {
        /// The host of its service, or `namespace/host`.
        public var service: String = ""
        /// The port of its service.
        public var port: UInt32 = 0
        /// Shown to the collector.
        public var accessToken: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("service", &service, .required.length(1...1048576))
            visitor.field("port", &port, .required)
            visitor.field("accessToken", &accessToken)
        }
    }

    /// A collector of traces in OpenTelemetry's form, over gRPC.
    public struct OpenTelemetry: ConfigFields {
        /// The host of its service, or `namespace/host`.
        public var service: String = ""
        /// The port of its service.
        public var port: UInt32 = 0
        /// The longest path that is put into a tag.
        public var maxTagLength: UInt32?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("service", &service, .required.length(1...1048576))
            visitor.field("port", &port, .required)
            visitor.field("maxTagLength", &maxTagLength)
        }
    }
}
