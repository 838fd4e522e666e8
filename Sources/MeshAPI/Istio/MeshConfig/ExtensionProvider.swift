extension MeshConfig {
    /// A service that policies and telemetry refer to by name.
    public struct ExtensionProvider: ConfigFields {
        /// The name that others use.
        public var name: String = ""
        /// Decides about requests, asked over HTTP.
        public var envoyExtAuthzHttp: HTTPAuthorizer?
        /// Decides about requests and connections, asked over gRPC.
        public var envoyExtAuthzGrpc: GRPCAuthorizer?
        /// Writes an access log to a file.
        public var envoyFileAccessLog: FileAccessLog?
        /// Takes the access log of requests over gRPC.
        public var envoyHttpAls: HTTPAccessLogService?
        /// Takes the access log of connections over gRPC.
        public var envoyTcpAls: TCPAccessLogService?
        /// Takes the access log as OpenTelemetry records.
        public var envoyOtelAls: OpenTelemetryAccessLog?
        /// Takes traces in Zipkin's form.
        public var zipkin: Zipkin?
        /// Takes traces in Datadog's form.
        public var datadog: Datadog?
        /// Takes traces in SkyWalking's form.
        public var skywalking: SkyWalking?
        /// Takes traces in OpenTelemetry's form.
        public var opentelemetry: OpenTelemetry?
        /// Metrics that are fetched; kept as it is.
        public var prometheus: ConfigValue = .null
        /// Providers of kinds that Petrel doesn't know, as they are written.
        public var others = OrderedFields()

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name, .required)
            visitor.field("envoyExtAuthzHttp", &envoyExtAuthzHttp)
            visitor.field("envoyExtAuthzGrpc", &envoyExtAuthzGrpc)
            visitor.field("envoyFileAccessLog", &envoyFileAccessLog)
            visitor.field("envoyHttpAls", &envoyHttpAls)
            visitor.field("envoyTcpAls", &envoyTcpAls)
            visitor.field("envoyOtelAls", &envoyOtelAls)
            visitor.field("zipkin", &zipkin)
            visitor.field("datadog", &datadog)
            visitor.field("skywalking", &skywalking)
            visitor.field("opentelemetry", &opentelemetry)
            visitor.field("prometheus", &prometheus)
            visitor.oneOf(["envoyExtAuthzHttp", "envoyExtAuthzGrpc", "envoyFileAccessLog", "envoyHttpAls", "envoyTcpAls", "envoyOtelAls", "zipkin", "datadog", "skywalking", "opentelemetry", "prometheus"])
            visitor.unknownFields(&others)
        }
    }

    /// The providers that are used when nothing else is asked for.
    public struct DefaultProviders: ConfigFields {
        /// Of traces; the first counts.
        public var tracing: [String] = []
        /// Of metrics.
        public var metrics: [String] = []
        /// Of access logs.
        public var accessLogging: [String] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("tracing", &tracing)
            visitor.field("metrics", &metrics)
            visitor.field("accessLogging", &accessLogging)
        }
    }
}
