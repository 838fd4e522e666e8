/// Says who may send which requests to some Destinations.
public struct AccessPolicy: ConfigFields {
    /// Who sends; any workload of the mesh when there are none.
    public var sourceSelector: [IdentitySelector] = []
    /// Where it goes; all Destinations when there are none.
    public var destinationSelector: [DestinationSelector] = []
    /// The paths: `/exact`, `/prefix*` or `*suffix`; any when there are none.
    public var allowedPaths: [String] = []
    /// The methods; any when there are none.
    public var allowedMethods: [String] = []
    /// The ports; any when there are none.
    public var allowedPorts: [UInt32] = []

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("sourceSelector", &sourceSelector)
        visitor.field("destinationSelector", &destinationSelector)
        visitor.field("allowedPaths", &allowedPaths)
        visitor.field("allowedMethods", &allowedMethods)
        visitor.field("allowedPorts", &allowedPorts)
    }
}
