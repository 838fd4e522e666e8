public import MeshAPI

/// What a proxy may reach: the services, routes and policy that apply to it,
/// by the `Sidecar` object chosen for it or, without one, by what is shown
/// to its namespace.
public final class SidecarScope: Sendable {
    /// What happens to traffic that no service claims.
    public enum OutboundMode: Sendable, Hashable {
        /// It goes where it was going.
        case allowAny
        /// It is refused.
        case registryOnly
        /// As `allowAny`, with HTTP resolved by name.
        case allowAnyDynamicDNS
    }

    /// A port of the application's choosing, or the catch-all for the rest.
    public struct EgressListener: Sendable {
        /// The explicit port; nil for the catch-all.
        public let port: Port?
        /// Address to listen on; empty for the default.
        public let bind: String
        /// The application dials the listener itself.
        public let isCaptureNone: Bool
        /// Services in registry order. Several declarations of one host
        /// appear one by one, each with its own ports and addresses.
        public let services: [Service]
        /// Routing rules, private ones first, then oldest first.
        public let virtualServices: [ResolvedVirtualService]

        /// An explicit port.
        public struct Port: Sendable, Hashable {
            /// Number; 0 for a Unix socket.
            public let number: Int
            /// Name.
            public let name: String
            /// Protocol.
            public let portProtocol: PortProtocol
        }
    }

    /// Namespace of the proxies it is for.
    public let namespace: String
    /// The `Sidecar` object it comes from.
    public let origin: ObjectReference?
    /// Listeners; explicit ports first, the catch-all last.
    public let listeners: [EgressListener]
    /// All services of all listeners and of their routes, one per host.
    public let services: [Service]
    /// What happens to traffic that no service claims.
    public let outboundMode: OutboundMode
    /// Where unclaimed traffic goes under `allowAny`, if not where it was going.
    public let egressProxy: VirtualService.Destination?

    private let positions: [String: Int]

    init(
        namespace: String, origin: ObjectReference?, listeners: [EgressListener],
        imported: [Service], outboundMode: OutboundMode,
        egressProxy: VirtualService.Destination?
    ) {
        self.namespace = namespace
        self.origin = origin
        self.listeners = listeners
        self.outboundMode = outboundMode
        self.egressProxy = egressProxy
        var services: [Service] = []
        var positions: [String: Int] = [:]
        services.reserveCapacity(listeners.first?.services.count ?? 0)
        positions.reserveCapacity(services.capacity)
        for service in listeners.lazy.flatMap(\.services) {
            Self.add(service, to: &services, &positions)
        }
        for service in imported { Self.add(service, to: &services, &positions) }
        self.services = services
        self.positions = positions
    }

    /// The same scope with new versions of some services and rules.
    private init(
        _ old: SidecarScope, services new: [ObjectIdentifier: Service], rules: [ObjectReference: ResolvedVirtualService]
    ) {
        namespace = old.namespace
        origin = old.origin
        outboundMode = old.outboundMode
        egressProxy = old.egressProxy
        positions = old.positions
        func current(_ services: [Service]) -> [Service] {
            new.isEmpty ? services : services.map { new[ObjectIdentifier($0)] ?? $0 }
        }
        services = current(old.services)
        listeners = old.listeners.map { listener in
            EgressListener(
                port: listener.port, bind: listener.bind, isCaptureNone: listener.isCaptureNone,
                services: current(listener.services),
                virtualServices: rules.isEmpty
                    ? listener.virtualServices : listener.virtualServices.map { rules[$0.origin] ?? $0 })
        }
    }

    func replacing(
        services: [ObjectIdentifier: Service], rules: [ObjectReference: ResolvedVirtualService]
    ) -> SidecarScope {
        services.isEmpty && rules.isEmpty ? self : SidecarScope(self, services: services, rules: rules)
    }

    /// The service of exactly this host.
    public func service(named hostname: String) -> Service? {
        positions[hostname].map { services[$0] }
    }

    /// The listener that serves a route configuration: the one of that port,
    /// or of that bind address for port 0, else the catch-all.
    public func listener(port: Int, bind: String) -> EgressListener? {
        listeners.first { listener in
            guard let explicit = listener.port else { return true }
            return explicit.number == port && (port != 0 || listener.bind == bind)
        }
    }

    private static func add(
        _ service: Service, to services: inout [Service], _ positions: inout [String: Int]
    ) {
        guard let position = positions[service.hostname] else {
            positions[service.hostname] = services.count
            services.append(service)
            return
        }
        let known = services[position]
        if known !== service, known.isMergeable(with: service) {
            services[position] = known.merging(service)
        }
    }
}
