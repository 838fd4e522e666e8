internal import MeshAPI

/// A `Sidecar` object: which services the proxies of some workloads see.
struct SidecarObject: Sendable {
    struct Egress: Sendable {
        var port: SidecarScope.EgressListener.Port?
        var bind = ""
        var isCaptureNone = false
        var hosts: [String] = []
    }

    let reference: ObjectReference
    /// Empty when it is for all workloads.
    let selector: [String: String]
    let egress: [Egress]
    let hasOutboundPolicy: Bool
    let allowsAny: Bool
    let egressProxy: VirtualService.Destination?

    init(_ object: MeshObject) {
        let spec = ObjectFields(spec: object)
        reference = object.reference
        selector = spec["workloadSelector"]["labels"].stringMap
        egress = spec["egress"].list.map(Egress.init)
        let policy = spec["outboundTrafficPolicy"]
        hasOutboundPolicy = policy.isPresent
        allowsAny = policy["mode"].string == "ALLOW_ANY"
        let proxy = policy["egressProxy"]
        egressProxy = proxy.isPresent
            ? VirtualService.Destination {
                $0.host = proxy["host"].string
                $0.subset = proxy["subset"].string
                if let number = proxy["port"]["number"].int {
                    $0.port = PortSelector { $0.number = UInt32(clamping: number) }
                }
            } : nil
    }
}

extension SidecarObject.Egress {
    init(_ fields: ObjectFields) {
        self.init()
        if fields["port"].isPresent {
            let port = fields["port"]
            self.port = .init(
                number: port["number"].int ?? 0, name: port["name"].string,
                portProtocol: PortProtocol(declared: port["protocol"].string, portName: port["name"].string))
        }
        bind = fields["bind"].string
        isCaptureNone = fields["captureMode"].string == "NONE"
        hosts = fields["hosts"].strings
    }
}
