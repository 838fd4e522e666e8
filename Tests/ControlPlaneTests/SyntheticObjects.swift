import MeshAPI

/// Objects drawn from a seed: few hosts and many ways to be written, so that
/// objects meet.
struct SyntheticObjects {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

    mutating func number(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(bound))
    }

    mutating func pick<Element>(_ list: [Element]) -> Element { list[number(list.count)] }

    static func host(_ index: Int) -> String { "s\(index).example.com" }

    /// Twelve entries, and rules for most of them.
    mutating func mesh() -> [MeshObject] {
        var objects: [MeshObject] = []
        for index in 0..<12 {
            objects.append(entry(index))
            if number(3) > 0 { objects.append(route(index)) }
            if number(3) > 0 { objects.append(policy(index)) }
        }
        // One for all, and a host with two declarations.
        objects.append(policy(12, host: "*.example.com"))
        objects.append(entry(13, host: Self.host(0)))
        return objects
    }

    /// Another version of an object.
    mutating func edited(_ object: MeshObject) -> MeshObject {
        let index = Int(object.metadata.name.dropFirst()) ?? 0
        switch object.spec {
        case .serviceEntry(let old): return entry(index, host: old.hosts[0])
        case .virtualService: return route(index)
        case .destinationRule(let old): return policy(index, host: old.host)
        default: return object
        }
    }

    private func object(_ spec: ObjectSpec, _ index: Int) -> MeshObject {
        MeshObject(spec, metadata: ObjectMeta(name: "o\(index)", namespace: "default"))
    }

    mutating func entry(_ index: Int, host: String? = nil) -> MeshObject {
        var entry = ServiceEntry()
        entry.hosts = [host ?? Self.host(index)]
        entry.location = .meshExternal
        entry.resolution = pick([.dns, .dns, .static, .none, .dnsRoundRobin])
        for (number, name) in [(80, "HTTP"), (443, "TLS"), (3306, "TCP")].prefix(1 + number(3)) {
            var port = ServiceEntry.ServicePort()
            port.number = UInt32(number)
            port.protocol = name
            port.name = "p\(number)"
            entry.ports.append(port)
        }
        if entry.resolution == .static || (entry.resolution != .none && number(2) == 0) {
            var place = WorkloadEntry()
            place.address = entry.resolution == .static ? "192.0.2.\(1 + number(9))" : "e\(number(9)).example.net"
            place.labels = ["v": "\(number(2))"]
            entry.endpoints = [place]
        }
        if index % 4 == 1 { entry.addresses = ["198.51.100.\(index)"] }
        if index % 5 == 2 { entry.exportTo = ["."] }
        return object(.serviceEntry(entry), index)
    }

    mutating func route(_ index: Int) -> MeshObject {
        var destination = VirtualService.Destination()
        destination.host = Self.host(number(12))
        if number(2) == 0 { destination.subset = "one" }
        var rule = VirtualService()
        rule.hosts = [Self.host(index)]
        if index % 3 == 0 {
            var match = VirtualService.TLSMatchAttributes()
            match.port = 443
            match.sniHosts = rule.hosts
            var target = VirtualService.RouteDestination()
            target.destination = destination
            var route = VirtualService.TLSRoute()
            route.match = [match]
            route.route = [target]
            rule.tls = [route]
        } else {
            var target = VirtualService.HTTPRouteDestination()
            target.destination = destination
            var route = VirtualService.HTTPRoute()
            route.timeout = .seconds(1 + number(20))
            route.route = [target]
            rule.http = [route]
        }
        return object(.virtualService(rule), index)
    }

    mutating func policy(_ index: Int, host: String? = nil) -> MeshObject {
        var tcp = ConnectionPoolSettings.TCPSettings()
        if number(2) == 0 { tcp.connectTimeout = .seconds(1 + number(9)) }
        if number(4) == 0 { tcp.idleTimeout = .seconds(1 + number(9)) }
        var pool = ConnectionPoolSettings()
        pool.tcp = tcp
        var policy = DestinationRule.TrafficPolicy()
        policy.connectionPool = pool
        if number(4) == 0 {
            var hash = LoadBalancerSettings.ConsistentHashLB()
            hash.httpHeaderName = "x-user"
            var balancer = LoadBalancerSettings()
            balancer.consistentHash = hash
            policy.loadBalancer = balancer
        }
        if number(3) == 0 {
            var tls = ClientTLSSettings()
            tls.mode = .simple
            tls.caCertificates = pick(["", "/etc/a.pem", "/etc/b.pem"])
            policy.tls = tls
        }
        var rule = DestinationRule()
        rule.host = host ?? Self.host(index)
        rule.trafficPolicy = policy
        if number(2) == 0 {
            var subset = DestinationRule.Subset()
            subset.name = pick(["one", "two"])
            subset.labels = ["v": "1"]
            rule.subsets = [subset]
        }
        return object(.destinationRule(rule), index)
    }
}
