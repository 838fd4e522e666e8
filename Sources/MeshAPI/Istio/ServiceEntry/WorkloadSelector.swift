/// Chooses workloads of the same namespace by their labels.
public struct WorkloadSelector: ConfigFields {
    /// The labels that a workload must have, all of them.
    public var labels: [String: String] = [:]

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("labels", &labels, .items(0...256).length(0...63))
    }
}
