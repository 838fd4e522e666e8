internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

extension GatewayBuilder {
    func routes() -> [EnvoyRouteConfiguration] { merged.routeNames.map(routes) }

    /// On a gateway, rules of several objects for one host are joined, oldest
    /// first.
    private func routes(_ name: String) -> EnvoyRouteConfiguration {
        var configuration = EnvoyRouteConfiguration()
        configuration.name = name
        configuration.validateClusters = .init(false)
        configuration.maxDirectResponseBodySizeBytes = .init(1_048_576)
        configuration.ignorePortInHostMatching = true
        var order: [String] = []
        var hosts: [String: EnvoyVirtualHost] = [:]
        var origins: [String: [ObjectReference]] = [:]
        let servers = merged.serversByRoute[name] ?? []
        for entry in servers {
            let redirects = entry.server.tls?.redirectsToHTTPS ?? false
            func host(_ name: String) -> EnvoyVirtualHost {
                if let known = hosts[name] { return known }
                order.append(name)
                var host = EnvoyVirtualHost()
                host.name = Names.virtualHost(name, entry.server.port)
                host.domains = [Names.domain(name)]
                host.includeRequestAttemptCount = true
                return host
            }
            for rule in rules(entry.gatewayName) {
                let shared = serverHosts(entry.server, for: rule)
                if shared.isEmpty { continue }
                let translated = translator(rule, entry).routes()
                if translated.isEmpty { continue }
                for name in shared.map({ $0.lowercased() }) {
                    var own = host(name)
                    own.routes += translated
                    if redirects { own.requireTls = .all }
                    hosts[name] = own
                    origins[own.name, default: []] += [rule.origin] + rule.delegates + [entry.gateway]
                }
            }
            guard redirects else { continue }
            for name in entry.server.hosts.map({ $0.lowercased() }) {
                var own = host(name)
                own.requireTls = .all
                hosts[name] = own
            }
        }
        configuration.virtualHosts = order.compactMap { hosts[$0] }.map(Self.shadowed)
        if configuration.virtualHosts.isEmpty, let first = servers.first {
            configuration.virtualHosts = [Self.blackHole(port: first.server.port)]
        }
        for (host, objects) in origins { context.note(.route("\(name)/\(host)"), objects) }
        context.note(.route(name), servers.map(\.gateway))
        return configuration
    }

    private func translator(_ rule: ResolvedVirtualService, _ entry: MergedServers.Server) -> HTTPRouteTranslator {
        HTTPRouteTranslator(
            context: context, rule: rule, port: entry.server.port, gateway: entry.gatewayName,
            isTLS: entry.server.tls != nil,
            solePort: { host in
                let service = context.snapshot.service(
                    named: host, visibleTo: context.proxy.namespace, preferring: rule.namespace)
                guard let service, service.ports.count == 1 else { return nil }
                return service.ports[0].number
            })
    }

    /// Routes that take everything go last, so that they hide nothing.
    private static func shadowed(_ host: EnvoyVirtualHost) -> EnvoyVirtualHost {
        var host = host
        let isCatchAll = { (route: EnvoyRoute) -> Bool in
            guard case .prefix("/")? = route.match.pathSpecifier else { return false }
            return route.match.headers.isEmpty && route.match.queryParameters.isEmpty
        }
        host.routes = host.routes.filter { !isCatchAll($0) } + host.routes.filter(isCatchAll)
        return host
    }

    /// A port without rules answers that it knows no route.
    private static func blackHole(port: Int) -> EnvoyVirtualHost {
        var host = EnvoyVirtualHost()
        host.name = "blackhole:\(port)"
        host.domains = ["*"]
        return host
    }
}
