internal import Glibc
internal import MeshAPI

/// How a proxy finds the endpoints of an external service.
enum EndpointResolution {
    /// Endpoints that are both names and IPv6 addresses: Gloo Mesh refuses them,
    /// since one resolution can't serve both.
    struct Mixed: Error {}

    /// - Parameter service: The external service.
    /// - Returns: With endpoints, DNS when any is a host name and STATIC when all
    ///   are addresses. Without, NONE when the hosts or addresses can't be resolved
    ///   (a wildcard, a CIDR block) and DNS on the hosts otherwise.
    static func of(_ service: Destination.ExternalService) throws(Mixed) -> ServiceEntry.Resolution {
        guard !service.endpoints.isEmpty else {
            let open = service.hosts.contains { $0.contains("*") } || service.addresses.contains { $0.contains("/") }
            return open ? .none : .dns
        }
        let names = service.endpoints.contains { !isAddress($0.address) }
        let sixes = service.endpoints.contains { $0.address.filter { $0 == ":" }.count >= 2 }
        if names && sixes { throw Mixed() }
        return names ? .dns : .static
    }

    /// Whether a text is an IPv4 or IPv6 address.
    static func isAddress(_ text: String) -> Bool {
        var four = in_addr()
        var six = in6_addr()
        return inet_pton(AF_INET, text, &four) == 1 || inet_pton(AF_INET6, text, &six) == 1
    }
}
