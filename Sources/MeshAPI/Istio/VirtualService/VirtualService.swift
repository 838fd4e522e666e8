/// Says where the traffic to some hosts goes.
public struct VirtualService: ConfigFields {
    /// The hosts whose traffic is routed; short names belong to the object's namespace.
    public var hosts: [String] = []
    /// The gateways that apply the rules; `mesh` means all sidecars and is the default.
    public var gateways: [String] = []
    /// Rules for HTTP, gRPC and terminated HTTPS; the first that matches applies.
    public var http: [HTTPRoute] = []
    /// Rules for TLS that isn't terminated, by server name.
    public var tls: [TLSRoute] = []
    /// Rules for everything else.
    public var tcp: [TCPRoute] = []
    /// The namespaces that see the rules: `.` for its own, `*` for all.
    public var exportTo: [String] = []

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("hosts", &hosts)
        visitor.field("gateways", &gateways)
        visitor.field("http", &http)
        visitor.field("tls", &tls)
        visitor.field("tcp", &tcp)
        visitor.field("exportTo", &exportTo)
    }
}
