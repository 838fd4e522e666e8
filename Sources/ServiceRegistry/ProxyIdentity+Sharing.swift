extension ProxyIdentity {
    /// Metadata that only says which instance of a workload a proxy is.
    static let instanceMetadata: Set<String> = ["NAME", "POD_NAME", "INSTANCE_IPS", "OWNER", "NODE_NAME"]

    /// This proxy without what only tells it from others that are given the same:
    /// its name, and its addresses unless they are endpoints of the mesh or on loopback.
    ///
    /// Configuration is generated for the result, so it can't depend on what is
    /// left out.
    public func shared(in snapshot: MeshSnapshot) -> ProxyIdentity {
        var proxy = self
        proxy.name = ""
        proxy.metadata = metadata.filter { !Self.instanceMetadata.contains($0.key) }
        var addresses = ips.filter { snapshot.endpointAddresses.contains($0) || $0.hasPrefix("127.") }.sorted()
        if supportsIPv4 { addresses.append("0.0.0.0") }
        if supportsIPv6 { addresses.append("::") }
        proxy.ips = addresses
        return proxy
    }
}
