internal import EnvoyAPI
internal import MeshCompilation
internal import ServiceRegistry

/// How the listeners of a gateway on this machine are bound: on loopback only,
/// where the mesh's sidecars reach them.
enum GatewayListeners {
    /// Whether a proxy is such a gateway.
    static func applies(to proxy: ProxyIdentity) -> Bool {
        proxy.type == .router && proxy.ips.contains(LocalGateway.address)
    }

    static func bindToLoopback(_ resources: inout ResourceSet) {
        for index in resources.listeners.indices {
            let socket = resources.listeners[index].address.socketAddress
            guard socket.address == "0.0.0.0" || socket.address == "::" else { continue }
            resources.listeners[index].address = .socket(host: LocalGateway.address, port: socket.portValue)
            resources.listeners[index].additionalAddresses = []
        }
    }
}
