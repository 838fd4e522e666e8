internal import MeshAPI

/// Writes out the short names of one object: hosts get the object's namespace
/// and the cluster's domain, gateways the object's namespace.
struct NameResolution {
    let namespace: String
    let domain: String
    /// Whether some service has a host.
    var isKnown: (String) -> Bool = { _ in true }

    func host(_ name: String) -> String {
        Hostname.expand(name, namespace: namespace, domain: domain)
    }

    /// `mesh`, or `namespace/name`; the legacy `name.namespace.svc...` form too.
    func gateway(_ name: String) -> String {
        if name == "mesh" || name.utf8.contains(UInt8(ascii: "/")) {
            return name.hasPrefix("./") ? namespace + name.dropFirst() : name
        }
        let parts = name.split(separator: ".").map(String.init)
        return parts.count > 1 ? "\(parts[1])/\(parts[0])" : "\(namespace)/\(name)"
    }

    func resolve(_ spec: VirtualService) -> VirtualService {
        var spec = spec
        for index in spec.http.indices { resolve(&spec.http[index]) }
        for index in spec.tls.indices {
            for match in spec.tls[index].match.indices {
                spec.tls[index].match[match].gateways = spec.tls[index].match[match].gateways.map(gateway)
            }
            for route in spec.tls[index].route.indices {
                resolve(&spec.tls[index].route[route].destination)
            }
        }
        for index in spec.tcp.indices {
            for match in spec.tcp[index].match.indices {
                spec.tcp[index].match[match].gateways = spec.tcp[index].match[match].gateways.map(gateway)
            }
            for route in spec.tcp[index].route.indices {
                resolve(&spec.tcp[index].route[route].destination)
            }
        }
        return spec
    }

    private func resolve(_ route: inout VirtualService.HTTPRoute) {
        for index in route.match.indices {
            route.match[index].gateways = route.match[index].gateways.map(gateway)
        }
        for index in route.route.indices { resolve(&route.route[index].destination) }
        resolve(&route.mirror)
        for index in route.mirrors.indices { resolve(&route.mirrors[index].destination) }
    }

    private func resolve(_ destination: inout VirtualService.Destination?) {
        guard let short = destination?.host else { return }
        let full = host(short)
        // Where no service is meant, nothing says that the name belongs to
        // the cluster's domain: it keeps its namespace only.
        destination?.host = full == short || isKnown(full) ? full : "\(short).\(namespace)"
    }
}
