/// Says how the traffic between some workloads and Destinations is carried.
public struct TrafficPolicy: ConfigFields {
    /// Who sends; all workloads when there are none.
    public var sourceSelector: [MeshWorkloadSelector] = []
    /// Where it goes; all Destinations, external ones too, when there are none.
    public var destinationSelector: [DestinationSelector] = []
    /// Gateway routes; kept as they are.
    public var routeSelector: [ConfigValue] = []
    /// The requests that are meant; all when there are none.
    public var httpRequestMatchers: [HTTPMatcher] = []
    /// The ports that are meant; all when there are none.
    public var destinationPorts: [UInt32] = []
    /// How the traffic is carried.
    public var policy: Policy?

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("sourceSelector", &sourceSelector)
        visitor.field("destinationSelector", &destinationSelector)
        visitor.field("routeSelector", &routeSelector)
        visitor.field("httpRequestMatchers", &httpRequestMatchers)
        visitor.field("destinationPorts", &destinationPorts)
        visitor.field("policy", &policy)
    }
}
