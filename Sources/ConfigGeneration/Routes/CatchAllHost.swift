internal import EnvoyAPI
internal import ServiceRegistry

/// The virtual host for names that nobody declared.
struct CatchAllHost {
    let context: ProxyContext

    var message: EnvoyVirtualHost {
        var host = EnvoyVirtualHost()
        host.domains = ["*"]
        host.includeRequestAttemptCount = true
        var route = EnvoyRoute()
        route.match.prefix = "/"
        switch context.scope.outboundMode {
        case .registryOnly:
            host.name = "block_all"
            route.directResponse.status = 502
        case .allowAny:
            host.name = "allow_any"
            route.route = Self.action(context.fallbackCluster)
        case .allowAnyDynamicDNS:
            host.name = "allow_any_dynamic_dns"
            route.route = Self.action(Names.dynamicDNS)
        }
        route.name = host.name
        host.routes = [route]
        return host
    }

    private static func action(_ cluster: String) -> EnvoyRouteAction {
        var action = EnvoyRouteAction()
        action.cluster = cluster
        action.timeout = .zero
        action.maxStreamDuration.grpcTimeoutHeaderMax = .zero
        return action
    }
}
