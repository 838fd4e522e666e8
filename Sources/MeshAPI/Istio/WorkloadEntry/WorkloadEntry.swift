/// One workload that isn't a pod, and the endpoint of a ServiceEntry.
public struct WorkloadEntry: ConfigFields {
    /// An IP address, a domain name, or `unix://` with the path of a socket.
    public var address: String = ""
    /// The workload's port for each named port of the service.
    public var ports: [String: UInt32] = [:]
    /// The labels of the workload.
    public var labels: [String: String] = [:]
    /// The network in which the address means something.
    public var network: String = ""
    /// Where the workload is: `region/zone/subzone`.
    public var locality: String = ""
    /// Its share of the traffic; 0 counts as 1.
    public var weight: UInt32 = 0
    /// The service account of the workload, for mutual TLS.
    public var serviceAccount: String = ""

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("address", &address, .length(0...256))
        visitor.field("ports", &ports, .items(0...128))
        visitor.field("labels", &labels, .items(0...256))
        visitor.field("network", &network, .length(0...2048))
        visitor.field("locality", &locality, .length(0...2048))
        visitor.field("weight", &weight)
        visitor.field("serviceAccount", &serviceAccount, .length(0...253))
    }
}
