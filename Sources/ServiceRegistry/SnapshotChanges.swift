/// What a new version of some objects concerns, seen from the services.
public struct SnapshotChanges: Sendable, Equatable {
    /// Hosts of services that were declared anew.
    public var services: Set<String> = []
    /// Hosts, wildcards among them, whose DestinationRule has a new version.
    public var rules: Set<String> = []
    /// Some service has other ports, or is found in another way.
    public var reshapesServices = false
    /// Some routes of requests have a new version.
    public var routesRequests = false
    /// Some routes of connections have a new version.
    public var routesConnections = false

    init() {}

    /// The services of a scope whose clusters may differ.
    public func services(in scope: SidecarScope) -> [Service] {
        var hosts = services
        for rule in rules {
            if Hostname.isWildcard(rule) {
                hosts.formUnion(scope.services.lazy.map(\.hostname).filter { Hostname.isSubset($0, of: rule) })
            } else {
                hosts.insert(rule)
            }
        }
        return hosts.sorted().compactMap(scope.service(named:))
    }
}
