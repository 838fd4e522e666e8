public import MeshAPI

/// A VirtualService with every host and gateway written out in full.
public final class ResolvedVirtualService: Sendable {
    /// The object it comes from.
    public let origin: ObjectReference
    /// Objects whose routes were merged in by delegation.
    public let delegates: [ObjectReference]
    /// Hosts in full, in the order written.
    public let hosts: [String]
    /// `mesh` or `namespace/name` of gateways.
    public let gateways: [String]
    /// The rules, destinations in full.
    public let spec: VirtualService
    /// Routes match as the Gateway API says (whole path elements).
    public let hasGatewaySemantics: Bool
    /// Made from a `TLSRoute`.
    public let isTLSRoute: Bool
    let visibility: Visibility
    let creationTimestamp: String

    /// Namespace of the object.
    public var namespace: String { origin.namespace }
    /// Name of the object.
    public var name: String { origin.name }

    init(
        object: MeshObject, spec: VirtualService, mesh: MeshConfig, domain: String,
        isKnown: (String) -> Bool
    ) {
        let namespace = object.metadata.namespace
        origin = object.reference
        delegates = []
        creationTimestamp = object.metadata.creationTimestamp ?? ""
        let annotations = object.metadata.annotations
        hasGatewaySemantics = annotations["internal.istio.io/route-semantics"] == "gateway"
        isTLSRoute = annotations["internal.istio.io/parents"]?.hasPrefix("TLSRoute/") ?? false
        (hosts, gateways, self.spec) = withoutActuallyEscaping(isKnown) { isKnown in
            let names = NameResolution(namespace: namespace, domain: domain, isKnown: isKnown)
            return (
                spec.hosts.map(names.host),
                spec.gateways.isEmpty ? ["mesh"] : spec.gateways.map(names.gateway), names.resolve(spec)
            )
        }
        visibility = Visibility(
            exportTo: spec.exportTo, namespace: namespace,
            meshDefault: mesh.defaultVirtualServiceExportTo)
    }

    init(_ root: ResolvedVirtualService, http: [VirtualService.HTTPRoute], delegates: [ObjectReference]) {
        origin = root.origin
        self.delegates = delegates
        creationTimestamp = root.creationTimestamp
        hasGatewaySemantics = root.hasGatewaySemantics
        isTLSRoute = root.isTLSRoute
        hosts = root.hosts
        gateways = root.gateways
        visibility = root.visibility
        var spec = root.spec
        spec.http = http
        self.spec = spec
    }

    static func isOlder(_ left: ResolvedVirtualService, _ right: ResolvedVirtualService) -> Bool {
        (left.creationTimestamp, left.name, left.namespace)
            < (right.creationTimestamp, right.name, right.namespace)
    }
}

extension ResolvedVirtualService {
    /// Hosts that its routes lead to, mirrors included.
    var destinationHosts: [String] {
        let http = spec.http.flatMap { route in
            route.route.compactMap(\.destination?.host)
                + [route.mirror?.host].compactMap { $0 }
                + route.mirrors.compactMap(\.destination?.host)
        }
        let others = spec.tls.flatMap { $0.route.compactMap(\.destination?.host) }
            + spec.tcp.flatMap { $0.route.compactMap(\.destination?.host) }
        return http + others
    }
}
