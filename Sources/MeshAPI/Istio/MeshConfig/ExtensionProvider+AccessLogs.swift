extension MeshConfig.ExtensionProvider {
    /// An access log in a file.
    public struct FileAccessLog: ConfigFields {
        /// The file; `/dev/stdout` when empty.
        public var path: String = ""
        /// What a line looks like; the mesh's format when unset.
        public var logFormat: LogFormat?
        /// Whether empty values are left out rather than written as `-`.
        public var omitEmptyValues: Bool = false

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("path", &path)
            visitor.field("logFormat", &logFormat)
            visitor.field("omitEmptyValues", &omitEmptyValues)
        }
    }

    /// What a line of a log looks like.
    public struct LogFormat: ConfigFields {
        /// Text with the proxy's format commands.
        public var text: String?
        /// An object of values with the proxy's format commands.
        public var labels: ConfigValue = .null

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("text", &text)
            visitor.field("labels", &labels)
        }
    }

    /// A service that takes the access log of requests over gRPC.
    public struct HTTPAccessLogService: ConfigFields {
        /// The host of its service, or `namespace/host`.
        public var service: String = ""
        /// The port of its service.
        public var port: UInt32 = 0
        /// The name of the log; `http_envoy_accesslog` when empty.
        public var logName: String = ""
        /// Objects of the filter state that are sent along.
        public var filterStateObjectsToLog: [String] = []
        /// Request headers that are sent along.
        public var additionalRequestHeadersToLog: [String] = []
        /// Response headers that are sent along.
        public var additionalResponseHeadersToLog: [String] = []
        /// Response trailers that are sent along.
        public var additionalResponseTrailersToLog: [String] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("service", &service, .required.length(1...1048576))
            visitor.field("port", &port, .required)
            visitor.field("logName", &logName)
            visitor.field("filterStateObjectsToLog", &filterStateObjectsToLog)
            visitor.field("additionalRequestHeadersToLog", &additionalRequestHeadersToLog)
            visitor.field("additionalResponseHeadersToLog", &additionalResponseHeadersToLog)
            visitor.field("additionalResponseTrailersToLog", &additionalResponseTrailersToLog)
        }
    }

    /// A service that takes the access log of connections over gRPC.
    public struct TCPAccessLogService: ConfigFields {
        /// The host of its service, or `namespace/host`.
        public var service: String = ""
        /// The port of its service.
        public var port: UInt32 = 0
        /// The name of the log; `tcp_envoy_accesslog` when empty.
        public var logName: String = ""
        /// Objects of the filter state that are sent along.
        public var filterStateObjectsToLog: [String] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("service", &service, .required.length(1...1048576))
            visitor.field("port", &port, .required)
            visitor.field("logName", &logName)
            visitor.field("filterStateObjectsToLog", &filterStateObjectsToLog)
        }
    }

    /// A service that takes the access log as OpenTelemetry records.
    public struct OpenTelemetryAccessLog: ConfigFields {
        /// The host of its service, or `namespace/host`.
        public var service: String = ""
        /// The port of its service.
        public var port: UInt32 = 0
        /// The name of the log; `otel_envoy_accesslog` when empty.
        public var logName: String = ""
        /// The body (`text`) and attributes (`labels`) of a record.
        public var logFormat: LogFormat?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("service", &service, .required.length(1...1048576))
            visitor.field("port", &port, .required)
            visitor.field("logName", &logName)
            visitor.field("logFormat", &logFormat)
        }
    }
}
