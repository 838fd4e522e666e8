internal import EnvoyAPI
internal import ServiceRegistry

/// Builds the listeners and routes of a gateway's proxies.
struct GatewayBuilder {
    let context: ProxyContext

    func listeners() -> [EnvoyListener] { [] }

    func routes() -> [EnvoyRouteConfiguration] { [] }
}
