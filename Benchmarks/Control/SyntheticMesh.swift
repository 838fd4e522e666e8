internal import MeshAPI

/// Meshes of any size, the same each time.
enum SyntheticMesh {
    /// What an entry of the mesh consists of.
    enum Shape {
        /// A ServiceEntry resolved by DNS, on ports 80 and 443.
        case entries
        /// The same with a VirtualService and a DestinationRule each.
        case entriesWithRules
        /// HTTP only, with rules: what on-demand resources are for.
        case httpWithRules
    }

    static func objects(_ count: Int, _ shape: Shape) -> [MeshObject] {
        (0..<count).flatMap { index -> [MeshObject] in
            switch shape {
            case .entries: [entry(index, ports: [http, https])]
            case .entriesWithRules: [entry(index, ports: [http, https]), rule(index), policy(index)]
            case .httpWithRules: [entry(index, ports: [http]), rule(index), policy(index)]
            }
        }
    }

    static func host(_ index: Int) -> String { "service-\(index).example.com" }

    private static let http = port(80, "HTTP", "http")
    private static let https = port(443, "TLS", "tls")

    private static func port(_ number: UInt32, _ name: String, _ label: String) -> ServiceEntry.ServicePort {
        var port = ServiceEntry.ServicePort()
        port.number = number
        port.protocol = name
        port.name = label
        if number == 80 { port.targetPort = 443 }
        return port
    }

    static func metadata(_ index: Int) -> ObjectMeta {
        ObjectMeta(name: "service-\(index)", namespace: "default")
    }

    static func entry(_ index: Int, ports: [ServiceEntry.ServicePort]? = nil, endpoint: String? = nil) -> MeshObject {
        var entry = ServiceEntry()
        entry.hosts = [host(index)]
        entry.ports = ports ?? [http, https]
        entry.location = .meshExternal
        entry.resolution = .dns
        if let endpoint {
            var place = WorkloadEntry()
            place.address = endpoint
            entry.endpoints = [place]
        }
        return MeshObject(.serviceEntry(entry), metadata: metadata(index))
    }

    static func rule(_ index: Int, timeout: Int = 10) -> MeshObject {
        var destination = VirtualService.Destination()
        destination.host = host(index)
        var target = VirtualService.HTTPRouteDestination()
        target.destination = destination
        var match = VirtualService.HTTPMatchRequest()
        match.uri = .prefix("/api/")
        var rewrite = VirtualService.HTTPRewrite()
        rewrite.uri = "/v2/"
        var route = VirtualService.HTTPRoute()
        route.match = [match]
        route.rewrite = rewrite
        route.route = [target]
        route.timeout = .seconds(timeout)
        var rest = VirtualService.HTTPRoute()
        rest.route = [target]
        var rule = VirtualService()
        rule.hosts = [host(index)]
        rule.http = [route, rest]
        return MeshObject(.virtualService(rule), metadata: metadata(index))
    }

    static func policy(_ index: Int, connectTimeout: Int = 5) -> MeshObject {
        var tcp = ConnectionPoolSettings.TCPSettings()
        tcp.connectTimeout = .seconds(connectTimeout)
        var pool = ConnectionPoolSettings()
        pool.tcp = tcp
        var tls = ClientTLSSettings()
        tls.mode = .simple
        var port = DestinationRule.PortTrafficPolicy()
        var selector = PortSelector()
        selector.number = 80
        port.port = selector
        port.tls = tls
        port.connectionPool = pool
        var policy = DestinationRule.TrafficPolicy()
        policy.portLevelSettings = [port]
        var rule = DestinationRule()
        rule.host = host(index)
        rule.trafficPolicy = policy
        return MeshObject(.destinationRule(rule), metadata: metadata(index))
    }

    /// The objects as people write them.
    static func yaml(_ index: Int) -> String {
        """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: service-\(index), namespace: default}
        spec:
          hosts: [\(host(index))]
          location: MESH_EXTERNAL
          resolution: DNS
          ports:
          - {number: 80, name: http, protocol: HTTP, targetPort: 443}
          - {number: 443, name: tls, protocol: TLS}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: service-\(index), namespace: default}
        spec:
          hosts: [\(host(index))]
          http:
          - match:
            - uri: {prefix: /api/}
            rewrite: {uri: /v2/}
            timeout: 10s
            route:
            - destination: {host: \(host(index))}
          - route:
            - destination: {host: \(host(index))}
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: service-\(index), namespace: default}
        spec:
          host: \(host(index))
          trafficPolicy:
            portLevelSettings:
            - port: {number: 80}
              tls: {mode: SIMPLE}
              connectionPool: {tcp: {connectTimeout: 5s}}

        """
    }
}
