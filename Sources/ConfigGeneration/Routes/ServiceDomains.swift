internal import ServiceRegistry

/// The names under which requests ask for a service: its host, the short
/// forms that the proxy's DNS domain gives it, and its addresses.
struct ServiceDomains {
    let all: [String]
    /// The short forms among them.
    let expanded: Set<String>

    /// - Parameter port: written behind each name too, where the port in
    ///   `Host` isn't ignored because all ports are served together.
    init(service: Service, context: ProxyContext, port: Int?) {
        var names: [String] = []
        var expanded: Set<String> = []
        for host in [service.hostname] + service.aliases {
            names.append(Names.domain(host))
            let isName = !Hostname.isWildcard(host) && !IPAddress.isAddress(host)
            if isName { names.append(host + ".") }
            let short = Self.shortForms(of: host, in: context.proxy.dnsDomain)
            names += short
            expanded.formUnion(short)
        }
        if case .addresses(let addresses) = context.snapshot.address(of: service, for: context.proxy) {
            names += addresses.filter { !$0.utf8.contains(UInt8(ascii: "/")) }.map(Names.domain)
        }
        if let port {
            names = names.flatMap { [$0, "\($0):\(port)"] }
            expanded.formUnion(expanded.map { "\($0):\(port)" })
        }
        all = names
        self.expanded = expanded
    }

    /// `name`, `name.namespace.svc` and `name.namespace` where the resolver
    /// of the proxy's workload would complete them.
    static func shortForms(of host: String, in domain: String) -> [String] {
        guard let theirs = split(host), let own = split(domain),
            own.rest == theirs.rest, let dot = theirs.head.firstIndex(of: ".")
        else { return [] }
        let namespace = theirs.head[theirs.head.index(after: dot)...]
        guard !namespace.isEmpty else { return [] }
        let qualified = [String(theirs.head), theirs.head + ".svc"]
        guard namespace == own.head else { return qualified }
        return [String(theirs.head[..<dot]), theirs.head + ".svc", String(theirs.head)]
    }

    /// What stands before and after `.svc.`.
    private static func split(_ text: String) -> (head: Substring, rest: Substring)? {
        let bytes = text.utf8
        var start = bytes.startIndex
        while let dot = bytes[start...].firstIndex(of: UInt8(ascii: ".")) {
            if bytes[dot...].starts(with: marker) {
                return (text[..<dot], text[bytes.index(dot, offsetBy: marker.count)...])
            }
            start = bytes.index(after: dot)
        }
        return nil
    }

    private static let marker = Array(".svc.".utf8)
}
