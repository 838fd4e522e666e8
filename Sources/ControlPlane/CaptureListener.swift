internal import EnvoyAPI
public import ServiceRegistry

/// How `virtualOutbound` is bound when the proxy is an Envoy behind the relay.
public enum CaptureListener {
    /// Node metadata of such an Envoy.
    public static let metadata = ["PETREL_CAPTURE": "proxy-protocol"]

    /// Whether a proxy is one.
    public static func applies(to proxy: ProxyIdentity) -> Bool {
        proxy.metadata["PETREL_CAPTURE"] == "proxy-protocol"
    }

    /// Binds it to loopback, on a port of Envoy's choice: whoever may send it a
    /// PROXY header chooses destinations.
    static func bindToLoopback(_ resources: inout ResourceSet) {
        for index in resources.listeners.indices where resources.listeners[index].name == "virtualOutbound" {
            resources.listeners[index].address = .socket(host: "127.0.0.1", port: 0)
        }
    }
}
