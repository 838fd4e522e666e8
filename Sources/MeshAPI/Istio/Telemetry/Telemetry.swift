/// What some workloads report.
public struct Telemetry: ConfigFields {
    /// The workloads; all of the namespace when unset.
    public var selector: PolicyWorkloadSelector?
    /// The object that the settings are attached to; superseded by `targetRefs`.
    public var targetRef: PolicyTargetReference?
    /// The objects that the settings are attached to.
    public var targetRefs: [PolicyTargetReference] = []
    /// Traces.
    public var tracing: [Tracing] = []
    /// Metrics.
    public var metrics: [Metrics] = []
    /// Access logs.
    public var accessLogging: [AccessLogging] = []

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("selector", &selector)
        visitor.field("targetRef", &targetRef)
        visitor.field("targetRefs", &targetRefs, .items(0...16))
        visitor.field("tracing", &tracing)
        visitor.field("metrics", &metrics)
        visitor.field("accessLogging", &accessLogging)
    }
}

extension Telemetry {
    /// Somebody who takes reports.
    public struct ProviderRef: ConfigFields {
        /// The name of the provider in the mesh's settings.
        public var name: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name, .required.length(1...1048576))
        }
    }

    /// Which side of a connection reports.
    public enum WorkloadMode: String, ConfigEnum {
        /// Both sides.
        case clientAndServer = "CLIENT_AND_SERVER"
        /// The client.
        case client = "CLIENT"
        /// The server.
        case server = "SERVER"
    }
}
