internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry

/// Builds a sidecar's outbound listeners: one for each port that is routed
/// by host or server name, one for each address and port of a TCP service,
/// and `virtualOutbound`, which takes every connection first.
struct OutboundListenerBuilder {
    let context: ProxyContext
    private var order: [String] = []
    private var listeners: [String: OutboundListener] = [:]

    init(context: ProxyContext) { self.context = context }

    /// - Returns: the listeners, and the names of the route configurations
    ///   that they refer to.
    mutating func build() -> (listeners: [EnvoyListener], routes: [String]) {
        for egress in context.scope.listeners { add(egress) }
        addHTTPProxy()
        let built = order.compactMap { listeners[$0] }
        let fallback = VirtualOutbound(context: context).fallbackChain
        var messages = built.map { $0.message(context: context, fallback: fallback) }
        if !context.proxy.hasNoInterception { messages.append(VirtualOutbound(context: context).listener) }
        for listener in built { context.note(.listener(listener.name), listener.origins) }
        var routes: [String] = []
        var seen: Set<String> = []
        for listener in built {
            guard case .named(let name)? = listener.http?.manager.routes else { continue }
            if seen.insert(name).inserted { routes.append(name) }
        }
        return (messages, routes)
    }

    private mutating func add(_ egress: SidecarScope.EgressListener) {
        let bindsToPort = egress.isCaptureNone || context.proxy.hasNoInterception
            || egress.bind.hasPrefix("unix://") || egress.bind.hasPrefix("/")
        let bind = !egress.bind.isEmpty ? egress.bind : bindsToPort ? context.loopback : ""
        let rules = ConnectionRules(egress.virtualServices, context: context)
        guard let explicit = egress.port else {
            for listener in listeners.values { listener.isLocked = true }
            for service in egress.services {
                for port in service.ports where canListen(port.number, bindsToPort) {
                    add(service, port, bind: bind, bindsToPort: bindsToPort, rules)
                }
            }
            return
        }
        guard canListen(explicit.number, bindsToPort) else { return }
        let port = ServicePort(number: explicit.number, name: explicit.name, portProtocol: explicit.portProtocol)
        for service in egress.services { add(service, port, bind: bind, bindsToPort: bindsToPort, rules) }
    }

    /// Where interception is off, an unprivileged proxy can't take low ports.
    private func canListen(_ port: Int, _ bindsToPort: Bool) -> Bool {
        let isUnprivileged = context.proxy.metadata["UNPRIVILEGED_POD"] == "true"
        return !(bindsToPort && isUnprivileged && port > 0 && port < 1024)
    }

    private mutating func add(
        _ service: Service, _ port: ServicePort, bind: String, bindsToPort: Bool, _ rules: ConnectionRules
    ) {
        guard port.portProtocol != .udp else { return }
        let isOpaque = port.portProtocol.isTCP || port.portProtocol == .unsupported
        let place = Place(service: service, port: port, bind: bind, bindsToPort: bindsToPort)
        guard isOpaque, bind.isEmpty else {
            join(place, rules)
            return
        }
        switch context.dialled(service) {
        case .unspecified where service.isHeadless:
            // A headless service is dialled at the addresses of its endpoints.
            for endpoint in context.snapshot.endpoints(of: service, port: service.port(port.number) ?? port) {
                guard IPAddress.isAddress(endpoint.address), !context.proxy.ips.contains(endpoint.address) else {
                    continue
                }
                join(place.bound(to: endpoint.address), rules)
            }
        case .unspecified: join(place, rules)
        case .addresses(let addresses):
            for address in addresses.filter({ !$0.utf8.contains(UInt8(ascii: "/")) }) {
                join(place.bound(to: address), rules)
            }
            let ranges = addresses.compactMap { $0.utf8.contains(UInt8(ascii: "/")) ? AddressRange($0) : nil }
            if !ranges.isEmpty { join(place.within(ranges), rules) }
        }
    }

    /// A service's port on one listener.
    struct Place {
        var service: Service
        var port: ServicePort
        var bind: String
        var bindsToPort: Bool
        var ranges: [AddressRange] = []
        /// Bound to an address that belongs to this service alone.
        var isOwnAddress = false

        func bound(to address: String) -> Place {
            var place = self
            place.bind = address
            place.isOwnAddress = true
            return place
        }

        func within(_ ranges: [AddressRange]) -> Place {
            var place = self
            place.ranges = ranges
            return place
        }
    }

    private mutating func join(_ place: Place, _ rules: ConnectionRules) {
        let bind = place.bind.isEmpty ? context.wildcard : place.bind
        guard let listener = listener(bind, place.port.number, place.bindsToPort) else { return }
        let isWildcard = bind == context.wildcard
        switch place.port.portProtocol {
        case .httpProxy:
            addHTTP(to: listener, route: String(place.port.number), place, isSniffed: false)
        case let known where known.isHTTP:
            let route = place.port.number == 0 ? bind : String(place.port.number)
            addHTTP(to: listener, route: route, place, isSniffed: isWildcard)
        case .unsupported:
            let own = "\(place.service.hostname):\(place.port.number)"
            addHTTP(to: listener, route: isWildcard ? String(place.port.number) : own, place, isSniffed: true)
            for chain in rules.tcpChains(place) { listener.add(chain) }
        case let known where known.isTLS:
            for chain in rules.tlsChains(place, isWildcard: isWildcard) { listener.add(chain) }
        default:
            for chain in rules.tcpChains(place) { listener.add(chain) }
        }
    }

    /// The listener of an address and port; nil when an explicit egress
    /// listener has it to itself.
    private mutating func listener(_ bind: String, _ port: Int, _ bindsToPort: Bool) -> OutboundListener? {
        let key = Names.listener(bind, port)
        if let known = listeners[key] { return known.isLocked ? nil : known }
        let listener = OutboundListener(bind: bind, port: port, bindsToPort: bindsToPort)
        listeners[key] = listener
        order.append(key)
        return listener
    }

    private func addHTTP(to listener: OutboundListener, route: String, _ place: Place, isSniffed: Bool) {
        if listener.http == nil {
            var manager = HTTPManager(
                routes: .named(route), statPrefix: "outbound_\(listener.name);", context: context)
            manager.policies = OutboundAuthorization(context: context).filters
            manager.acceptsHTTP10 = context.proxy.metadata["HTTP10"] == "1"
            manager.isExplicitProxy = place.port.portProtocol == .httpProxy
            if context.scope.outboundMode == .allowAnyDynamicDNS {
                manager.dynamicHosts = [DynamicDNS.fallbackHost]
            }
            listener.http = .init(manager: manager, isSniffed: isSniffed)
        }
        if place.service.resolution == .dynamicDNS {
            listener.http?.manager.dynamicHosts.append(place.service.hostname)
        }
        listener.note(place.service.origins)
    }

    /// A port on which applications use the proxy explicitly.
    private mutating func addHTTPProxy() {
        let own = context.proxy.metadata["HTTPPROXY_PORT"].flatMap { Int($0) }
        let port = own ?? Int(context.mesh.proxyHttpPort)
        guard port > 0, let listener = listener(context.loopback, port, true), listener.http == nil else { return }
        var manager = HTTPManager(
            routes: .named(Names.httpProxyRoute), statPrefix: "outbound_\(listener.name);", context: context)
        manager.policies = OutboundAuthorization(context: context).filters
        manager.isExplicitProxy = true
        listener.http = .init(manager: manager, isSniffed: false)
    }
}


extension ProxyContext {
    /// Where applications dial a declaration of a service. Declarations of
    /// one host share the address that was given to the first of them.
    func dialled(_ service: Service) -> MeshSnapshot.ServiceAddress {
        if service.addresses.isEmpty, let whole = scope.service(named: service.hostname), whole.addresses.isEmpty {
            return snapshot.address(of: whole, for: proxy)
        }
        return snapshot.address(of: service, for: proxy)
    }
}
