/// What a captured program finds in `/etc/resolv.conf` and `/etc/nsswitch.conf`.
///
/// The name server is an address whose port 53 is redirected to the mesh; the
/// search list is the one a pod of that namespace has, so short service names
/// resolve as they do on Kubernetes.
public struct ResolverFiles: Sendable, Equatable {
    /// The Kubernetes namespace the program runs as.
    public var namespace: String
    /// The cluster's DNS domain. Default `cluster.local`.
    public var clusterDomain: String

    public init(namespace: String, clusterDomain: String = "cluster.local") {
        self.namespace = namespace
        self.clusterDomain = clusterDomain
    }

    /// `ndots:1`, unlike a pod's 5, spares external names three useless queries.
    public var resolvConf: String {
        """
        nameserver 127.0.0.1
        search \(namespace).svc.\(clusterDomain) svc.\(clusterDomain) \(clusterDomain)
        options ndots:1 timeout:5 attempts:2

        """
    }

    /// The machine's own file with one change: hosts come from `/etc/hosts` and
    /// DNS only, so that no local resolver daemon answers in the mesh's place.
    public func nsswitchConf(machine: String) -> String {
        var lines = machine.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        lines.removeAll { $0.drop(while: { $0 == " " }).hasPrefix("hosts:") }
        while lines.last?.isEmpty == true { lines.removeLast() }
        lines.append("hosts: files dns")
        return lines.joined(separator: "\n") + "\n"
    }
}
