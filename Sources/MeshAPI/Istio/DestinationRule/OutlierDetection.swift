/// When endpoints that fail are left out.
public struct OutlierDetection: ConfigFields {
    /// Superseded by `consecutiveGatewayErrors`.
    public var consecutiveErrors: Int32 = 0
    /// Whether errors of the connection count apart from errors of the service.
    public var splitExternalLocalOriginErrors: Bool = false
    /// How many errors of the connection in a row it takes.
    public var consecutiveLocalOriginFailures: UInt32?
    /// How many gateway errors (502, 503, 504) in a row it takes.
    public var consecutiveGatewayErrors: UInt32?
    /// How many 5xx in a row it takes; 5 when unset.
    public var consecutive5xxErrors: UInt32?
    /// The time between sweeps.
    public var interval: Duration?
    /// How long an endpoint is left out, times the number of its ejections.
    public var baseEjectionTime: Duration?
    /// The share of endpoints that may be left out.
    public var maxEjectionPercent: Int32 = 0
    /// The share of healthy endpoints below which all are used.
    public var minHealthPercent: Int32 = 0
    /// The statuses that count as errors.
    public var outlierDetectionHttpErrorCodes: [UInt32] = []

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("consecutiveErrors", &consecutiveErrors)
        visitor.field("splitExternalLocalOriginErrors", &splitExternalLocalOriginErrors)
        visitor.field("consecutiveLocalOriginFailures", &consecutiveLocalOriginFailures)
        visitor.field("consecutiveGatewayErrors", &consecutiveGatewayErrors)
        visitor.field("consecutive5xxErrors", &consecutive5xxErrors)
        visitor.field("interval", &interval)
        visitor.field("baseEjectionTime", &baseEjectionTime)
        visitor.field("maxEjectionPercent", &maxEjectionPercent)
        visitor.field("minHealthPercent", &minHealthPercent)
        visitor.field("outlierDetectionHttpErrorCodes", &outlierDetectionHttpErrorCodes)
    }
}
