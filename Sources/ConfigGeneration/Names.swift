/// The names of generated resources; Istio's own, since every tool of that
/// ecosystem reads them.
enum Names {
    static let blackHole = "BlackHoleCluster"
    static let passthrough = "PassthroughCluster"
    static let dynamicDNS = "AllowAnyDynamicDNSCluster"
    static let virtualOutbound = "virtualOutbound"
    static let passthroughChain = "PassthroughFilterChain"
    static let httpProxyRoute = "http_proxy"

    /// `outbound|443|v1|api.example.com`
    static func cluster(port: Int, subset: String = "", host: String) -> String {
        "outbound|\(port)|\(subset)|\(host)"
    }

    /// `outbound_.443_.v1_.api.example.com`, the server name of mesh TLS.
    static func sni(port: Int, subset: String = "", host: String) -> String {
        "outbound_.\(port)_.\(subset)_.\(host)"
    }

    /// `0.0.0.0_443`
    static func listener(_ bind: String, _ port: Int) -> String { "\(bind)_\(port)" }

    /// Host and port of an outbound cluster name; nil for other clusters.
    static func parse(cluster: String) -> (host: Substring, port: Substring)? {
        let parts = cluster.split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "outbound" else { return nil }
        return (parts[3], parts[1])
    }

    /// A host as it stands in a virtual host's domains.
    static func domain(_ host: String) -> String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    }

    /// `host:port`, the name of a virtual host.
    static func virtualHost(_ host: String, _ port: Int) -> String { "\(domain(host)):\(port)" }
}
