/// Chooses workloads by their labels.
public struct PolicyWorkloadSelector: ConfigFields {
    /// The labels that a workload must have, all of them.
    public var matchLabels: [String: String] = [:]

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("matchLabels", &matchLabels, .items(0...4096).length(0...63))
    }
}
