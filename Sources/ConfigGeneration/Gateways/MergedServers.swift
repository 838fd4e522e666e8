internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry

/// The servers of all Gateways that a proxy serves, put together by the port
/// that they listen on.
///
/// On one port there are either plain HTTP servers, which share a route
/// configuration, or TLS servers, told apart by server name; whatever
/// conflicts with an older server is left out.
struct MergedServers {
    struct Server {
        let server: GatewayObject.Server
        let gateway: ObjectReference
        /// Port that the proxy listens on.
        let port: Int
        let routeName: String?
        /// Server names that TLS clients may ask for.
        let sniHosts: [String]

        var gatewayName: String { "\(gateway.namespace)/\(gateway.name)" }
    }

    struct Port {
        let number: Int
        let bind: String
        let isHTTP: Bool
        var servers: [Server]
    }

    private(set) var ports: [Port] = []
    private(set) var routeNames: [String] = []
    private(set) var serversByRoute: [String: [Server]] = [:]

    private var tlsHosts: [Int: Set<String>] = [:]

    init(context: ProxyContext) {
        for gateway in context.snapshot.gateways where Self.serves(gateway, context) {
            for server in gateway.servers {
                for port in Self.listenPorts(of: server, gateway, context) {
                    add(server, gateway, port: port)
                }
            }
        }
    }

    private static func serves(_ gateway: GatewayObject, _ context: ProxyContext) -> Bool {
        if !gateway.serviceHosts.isEmpty {
            return context.servedServices.contains { isOwn($0, gateway) }
        }
        return gateway.selector.allSatisfy { context.proxy.labels[$0.key] == $0.value }
    }

    /// A server's port is that of the Service in front of the gateway; the
    /// proxy listens where the Service sends it.
    private static func listenPorts(
        of server: GatewayObject.Server, _ gateway: GatewayObject, _ context: ProxyContext
    ) -> [Int] {
        var found: [Int] = []
        for service in context.servedServices {
            if !gateway.serviceHosts.isEmpty, !isOwn(service, gateway) { continue }
            guard let port = service.port(server.port) else { continue }
            let target = context.targetPort(of: service, port)
            if !found.contains(target) { found.append(target) }
        }
        // A gateway that names its Services has no ports but theirs.
        return found.isEmpty && gateway.serviceHosts.isEmpty ? [server.port] : found
    }

    /// Whether a Service is one that the gateway names, in its own namespace.
    private static func isOwn(_ service: Service, _ gateway: GatewayObject) -> Bool {
        service.namespace == gateway.reference.namespace && gateway.serviceHosts.contains(service.hostname)
    }

    private mutating func add(_ server: GatewayObject.Server, _ gateway: GatewayObject, port: Int) {
        let isTLS = server.tls != nil && !server.portProtocol.isHTTP
        if isTLS, !claim(server, gateway, port) { return }
        let route = Self.routeName(server, gateway, port)
        let entry = Server(
            server: server, gateway: gateway.reference, port: port, routeName: route,
            sniHosts: isTLS ? Self.sniHosts(server) : [])
        if let position = ports.firstIndex(where: { $0.number == port && $0.bind == server.bind }) {
            let first = ports[position].servers[0].server
            let firstIsTLS = first.tls != nil && !first.portProtocol.isHTTP
            if firstIsTLS {
                guard isTLS else { return }
            } else {
                guard !isTLS, server.portProtocol.isHTTP, first.portProtocol == server.portProtocol else { return }
            }
            if isTLS, let route, serversByRoute[route] != nil { return }
            ports[position].servers.append(entry)
        } else {
            ports.append(Port(number: port, bind: server.bind, isHTTP: server.portProtocol.isHTTP, servers: [entry]))
        }
        guard let route else { return }
        if serversByRoute[route] == nil { routeNames.append(route) }
        serversByRoute[route, default: []].append(entry)
    }

    /// Hosts of one port belong to the first server that names them.
    private mutating func claim(_ server: GatewayObject.Server, _ gateway: GatewayObject, _ port: Int) -> Bool {
        let hosts = server.hosts.map { "\(server.bind) \($0)" }
        if hosts.contains(where: { tlsHosts[port]?.contains($0) ?? false }) { return false }
        tlsHosts[port, default: []].formUnion(hosts)
        return true
    }

    private static func routeName(
        _ server: GatewayObject.Server, _ gateway: GatewayObject, _ port: Int
    ) -> String? {
        let suffix = server.bind.isEmpty ? "" : "." + server.bind
        if server.portProtocol.isHTTP { return "http.\(port)\(suffix)" }
        guard server.portProtocol == .https, let tls = server.tls, !tls.isPassthrough else { return nil }
        let reference = gateway.reference
        return "https.\(server.port).\(server.portName).\(reference.name).\(reference.namespace)\(suffix)"
    }

    /// Hosts without their namespaces; `*` asks for nothing.
    private static func sniHosts(_ server: GatewayObject.Server) -> [String] {
        let hosts = server.hosts.map { host in
            host.split(separator: "/", maxSplits: 1).last.map(String.init) ?? host
        }
        if hosts.contains("*") { return [] }
        var seen: Set<String> = []
        return hosts.filter { seen.insert($0).inserted }
    }
}

extension GatewayObject.Server.TLS {
    var isPassthrough: Bool { mode == .passthrough || mode == .autoPassthrough }
}

extension ProxyContext {
    /// By their selectors, or by the proxy's addresses among their endpoints.
    func findServedServices() -> [Service] {
        snapshot.services.filter { service in
            if service.registry == .kubernetes, !service.selector.isEmpty {
                return service.namespace == proxy.namespace
                    && service.selector.allSatisfy { proxy.labels[$0.key] == $0.value }
            }
            return service.ports.contains { port in
                snapshot.endpoints(of: service, port: port).contains { proxy.ips.contains($0.address) }
            }
        }
    }

    func targetPort(of service: Service, _ port: ServicePort) -> Int {
        let own = snapshot.endpoints(of: service, port: port).first { proxy.ips.contains($0.address) }
        if let own, own.port > 0 { return own.port }
        return port.targetPort > 0 ? port.targetPort : port.number
    }
}
