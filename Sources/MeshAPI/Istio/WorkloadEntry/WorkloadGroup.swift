/// A template for workloads that register themselves.
public struct WorkloadGroup: ConfigFields {
    /// The labels and annotations of each workload.
    public var metadata: Metadata?
    /// What the workloads have in common.
    public var template: WorkloadEntry?
    /// How the health of a workload is found out.
    public var probe: ReadinessProbe?

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("metadata", &metadata)
        visitor.field("template", &template, .required)
        visitor.field("probe", &probe)
    }
}

extension WorkloadGroup {
    /// The labels and annotations of each workload.
    public struct Metadata: ConfigFields {
        /// The labels.
        public var labels: [String: String] = [:]
        /// The annotations.
        public var annotations: [String: String] = [:]

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("labels", &labels, .items(0...256))
            visitor.field("annotations", &annotations, .items(0...256))
        }
    }
}
