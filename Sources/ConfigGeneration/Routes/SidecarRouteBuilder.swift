internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

/// Builds a sidecar's route configurations: for each port, the virtual hosts
/// of all services on it.
///
/// Which rule speaks for which service is worked out once per egress
/// listener; a port then looks only at what concerns it.
struct SidecarRouteBuilder {
    let context: ProxyContext
    private var indexes: [Int: RouteIndex] = [:]

    init(context: ProxyContext) { self.context = context }

    /// - Parameter name: as listeners refer to it: a port, `host:port`, or
    ///   the path of a Unix socket.
    mutating func build(_ name: String) -> EnvoyRouteConfiguration {
        var configuration = EnvoyRouteConfiguration()
        configuration.name = name
        configuration.validateClusters = .init(false)
        configuration.maxDirectResponseBodySizeBytes = .init(1_048_576)
        configuration.ignorePortInHostMatching = true
        let isUnix = name.hasPrefix("unix://") || name.hasPrefix("/")
        let separator = isUnix ? nil : name.lastIndex(of: ":")
        let port = isUnix ? 0 : Int(separator.map { name[name.index(after: $0)...] } ?? name[...]) ?? 0
        let host = separator.map { String(name[..<$0]) }
        if let position = listener(port: port, bind: name) {
            let index = index(position)
            let isExplicitProxy = context.scope.listeners[position].port?.portProtocol == .httpProxy
            var hosts = VirtualHosts(
                context: context, index: index, port: isExplicitProxy ? 0 : port, only: host)
            configuration.virtualHosts = hosts.build()
            for (virtualHost, origins) in hosts.origins {
                context.note(.route("\(name)/\(virtualHost)"), origins)
            }
            context.note(.route(name), hosts.origins.flatMap(\.1))
        }
        if host == nil { configuration.virtualHosts.append(CatchAllHost(context: context).message) }
        return configuration
    }

    private func listener(port: Int, bind: String) -> Int? {
        context.scope.listeners.firstIndex { listener in
            guard let explicit = listener.port else { return true }
            return explicit.number == port && (port != 0 || listener.bind == bind)
        }
    }

    private mutating func index(_ position: Int) -> RouteIndex {
        if let known = indexes[position] { return known }
        let made = RouteIndex(context.scope.listeners[position], context: context)
        indexes[position] = made
        return made
    }
}
