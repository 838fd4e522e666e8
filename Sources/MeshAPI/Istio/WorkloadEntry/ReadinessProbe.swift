/// How the health of a workload is found out.
public struct ReadinessProbe: ConfigFields {
    /// The seconds before the first probe.
    public var initialDelaySeconds: Int32 = 0
    /// The seconds that a probe may take.
    public var timeoutSeconds: Int32 = 0
    /// The seconds between probes.
    public var periodSeconds: Int32 = 0
    /// The number of successes that make a workload healthy.
    public var successThreshold: Int32 = 0
    /// The number of failures that make a workload unhealthy.
    public var failureThreshold: Int32 = 0
    /// A probe by HTTP request.
    public var httpGet: HTTPHealthCheck?
    /// A probe by connecting.
    public var tcpSocket: TCPHealthCheck?
    /// A probe by running a command.
    public var exec: ExecHealthCheck?
    /// A probe by gRPC's health protocol.
    public var grpc: GRPCHealthCheck?

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("initialDelaySeconds", &initialDelaySeconds, .range(0...2147483647))
        visitor.field("timeoutSeconds", &timeoutSeconds, .range(0...2147483647))
        visitor.field("periodSeconds", &periodSeconds, .range(0...2147483647))
        visitor.field("successThreshold", &successThreshold, .range(0...2147483647))
        visitor.field("failureThreshold", &failureThreshold, .range(0...2147483647))
        visitor.field("httpGet", &httpGet)
        visitor.field("tcpSocket", &tcpSocket)
        visitor.field("exec", &exec)
        visitor.field("grpc", &grpc)
        visitor.oneOf(["httpGet", "tcpSocket", "exec", "grpc"])
    }
}

extension ReadinessProbe {
    /// A probe by HTTP request.
    public struct HTTPHealthCheck: ConfigFields {
        /// The path.
        public var path: String = ""
        /// The port.
        public var port: UInt32 = 0
        /// The host.
        public var host: String = ""
        /// The scheme: http or https.
        public var scheme: String = ""
        /// Headers to send.
        public var httpHeaders: [HTTPHeader] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("path", &path)
            visitor.field("port", &port, .required)
            visitor.field("host", &host)
            visitor.field("scheme", &scheme)
            visitor.field("httpHeaders", &httpHeaders)
        }
    }

    /// A header of a probe.
    public struct HTTPHeader: ConfigFields {
        /// The name.
        public var name: String = ""
        /// The value.
        public var value: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name)
            visitor.field("value", &value)
        }
    }

    /// A probe by connecting.
    public struct TCPHealthCheck: ConfigFields {
        /// The host.
        public var host: String = ""
        /// The port.
        public var port: UInt32 = 0

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("host", &host)
            visitor.field("port", &port, .required)
        }
    }

    /// A probe by running a command.
    public struct ExecHealthCheck: ConfigFields {
        /// The command and its arguments.
        public var command: [String] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("command", &command, .required)
        }
    }

    /// A probe by gRPC's health protocol.
    public struct GRPCHealthCheck: ConfigFields {
        /// The port.
        public var port: UInt32 = 0
        /// The name of the service.
        public var service: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("port", &port)
            visitor.field("service", &service)
        }
    }
}
