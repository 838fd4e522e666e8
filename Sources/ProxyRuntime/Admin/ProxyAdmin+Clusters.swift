internal import CPetrelSystem
internal import DataPlane
internal import DiscoveryClient
internal import EnvoyAPI
internal import SwiftProtobuf

extension ProxyAdmin {
    /// One endpoint of a cluster: as configured, and what the workers do with it.
    struct Host {
        var address: String
        var hostname: String
        var weight: UInt32
        var priority: UInt32
        var locality: Envoy_Config_Core_V3_Locality
        var health: Envoy_Config_Core_V3_HealthStatus
        var connections: UInt64 = 0
        var activeRequests: UInt64 = 0
    }

    struct ClusterView {
        var cluster: Envoy_Config_Cluster_V3_Cluster
        var isDynamic: Bool
        var hosts: [Host]
    }

    /// The clusters in force with their endpoints.
    func clusterViews() -> [ClusterView] {
        let types = proxy.discovery?.holding.types ?? [:]
        var clusters = proxy.bootstrap.resources.clusters.map { ($0, false) }
        for resource in proxy.active(.cluster) {
            if case .cluster(let cluster) = resource { clusters.append((cluster, true)) }
        }
        let reports = Dictionary(proxy.plane.clusterReports().map { ($0.name, $0) }) { first, _ in first }
        return clusters.sorted { $0.0.name < $1.0.name }.map { cluster, isDynamic in
            var assignment = cluster.loadAssignment
            if let name = cluster.discoveredEndpointsName,
                case .endpoints(let discovered)? = types[.clusterLoadAssignment]?.active[name]?.resource
            {
                assignment = discovered
            }
            var hosts = Self.hosts(assignment)
            for endpoint in reports[cluster.name]?.endpoints ?? [] {
                if let index = hosts.firstIndex(where: { $0.address == endpoint.address }) {
                    hosts[index].connections = endpoint.connections
                    hosts[index].activeRequests = endpoint.activeRequests
                } else {
                    // A name's address, or an original destination.
                    let origin = hosts.firstIndex { $0.hostname == endpoint.hostname && !endpoint.hostname.isEmpty }
                    var host = origin.map { hosts[$0] }
                        ?? Host(address: "", hostname: endpoint.hostname, weight: endpoint.weight, priority: 0, locality: .init(), health: .healthy)
                    host.address = endpoint.address
                    host.connections = endpoint.connections
                    host.activeRequests = endpoint.activeRequests
                    hosts.append(host)
                }
            }
            // Envoy shows the addresses of names, not the names.
            return ClusterView(cluster: cluster, isDynamic: isDynamic, hosts: hosts.filter { Self.isAddress($0.address) })
        }
    }

    private static func hosts(_ assignment: Envoy_Config_Endpoint_V3_ClusterLoadAssignment) -> [Host] {
        assignment.endpoints.flatMap { group in
            group.lbEndpoints.map { entry in
                let socket = entry.endpoint.address.socketAddress
                let text = socket.address.contains(":") ? "[\(socket.address)]" : socket.address
                let name = entry.endpoint.hostname
                return Host(
                    address: "\(text):\(socket.portValue)", hostname: name.isEmpty && !isAddress("\(text):0") ? socket.address : name,
                    weight: entry.hasLoadBalancingWeight ? entry.loadBalancingWeight.value : 1, priority: group.priority,
                    locality: group.locality, health: entry.healthStatus == .unknown ? .healthy : entry.healthStatus)
            }
        }
    }

    private static func split(_ text: String) -> (host: String, port: UInt32)? {
        guard let colon = text.lastIndex(of: ":"), let port = UInt32(text[text.index(after: colon)...]) else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        return (String(host), port)
    }

    private static func isAddress(_ text: String) -> Bool {
        guard let (host, _) = split(text) else { return false }
        var parsed = petrel_address()
        return petrel_address_parse(host, 0, &parsed) == 1
    }

    // MARK: - Pages

    func clustersText() -> String {
        var text = ""
        for view in clusterViews() {
            let name = view.cluster.name
            text += "\(name)::observability_name::\(name)\n"
            for (label, priority) in [("default", Envoy_Config_Core_V3_RoutingPriority.default), ("high", .high)] {
                let threshold = view.cluster.circuitBreakers.thresholds.first { $0.priority == priority }
                text += "\(name)::\(label)_priority::max_connections::\(threshold?.hasMaxConnections == true ? threshold?.maxConnections.value ?? 1024 : 1024)\n"
                text += "\(name)::\(label)_priority::max_pending_requests::\(threshold?.hasMaxPendingRequests == true ? threshold?.maxPendingRequests.value ?? 1024 : 1024)\n"
                text += "\(name)::\(label)_priority::max_requests::\(threshold?.hasMaxRequests == true ? threshold?.maxRequests.value ?? 1024 : 1024)\n"
                text += "\(name)::\(label)_priority::max_retries::\(threshold?.hasMaxRetries == true ? threshold?.maxRetries.value ?? 3 : 3)\n"
            }
            text += "\(name)::added_via_api::\(view.isDynamic)\n"
            if let service = view.cluster.discoveredEndpointsName, service != name { text += "\(name)::eds_service_name::\(service)\n" }
            for host in view.hosts {
                let prefix = "\(name)::\(host.address)::"
                text += "\(prefix)cx_active::\(host.connections)\n"
                text += "\(prefix)rq_active::\(host.activeRequests)\n"
                text += "\(prefix)hostname::\(host.hostname)\n"
                text += "\(prefix)health_flags::\(Self.flags(host.health))\n"
                text += "\(prefix)weight::\(host.weight)\n"
                text += "\(prefix)region::\(host.locality.region)\n"
                text += "\(prefix)zone::\(host.locality.zone)\n"
                text += "\(prefix)sub_zone::\(host.locality.subZone)\n"
                text += "\(prefix)priority::\(host.priority)\n"
            }
        }
        return text
    }

    private static func flags(_ health: Envoy_Config_Core_V3_HealthStatus) -> String {
        switch health {
        case .healthy, .unknown: "healthy"
        case .degraded: "/eds_status_degraded"
        case .draining: "/eds_status_draining"
        case .unhealthy, .timeout, .UNRECOGNIZED: "/failed_eds_health"
        }
    }

    func clustersJSON() -> String {
        var message = Envoy_Admin_V3_Clusters()
        message.clusterStatuses = clusterViews().map { view in
            .with {
                $0.name = view.cluster.name
                $0.observabilityName = view.cluster.name
                $0.addedViaApi = view.isDynamic
                if let service = view.cluster.discoveredEndpointsName, service != view.cluster.name { $0.edsServiceName = service }
                $0.circuitBreakers = view.cluster.circuitBreakers
                $0.hostStatuses = view.hosts.map(Self.status)
            }
        }
        return (try? EnvoyJSON.encode(message, fieldNames: .original, pretty: true)) ?? "{}"
    }

    private static func status(_ host: Host) -> Envoy_Admin_V3_HostStatus {
        func metric(_ type: Envoy_Admin_V3_SimpleMetric.TypeEnum, _ name: String, _ value: UInt64) -> Envoy_Admin_V3_SimpleMetric {
            .with {
                $0.type = type
                $0.name = name
                $0.value = value
            }
        }
        return .with {
            if let (address, port) = split(host.address) { $0.address = .socket(host: address, port: port) }
            $0.stats = [metric(.gauge, "cx_active", host.connections), metric(.gauge, "rq_active", host.activeRequests)]
            $0.healthStatus.edsHealthStatus = host.health
            $0.weight = host.weight
            $0.hostname = host.hostname
            $0.priority = host.priority
            $0.locality = host.locality
        }
    }

    // MARK: - Listeners

    private func listenerAddresses() -> [(name: String, host: String, port: UInt32)] {
        var listeners = proxy.bootstrap.resources.listeners
        for resource in proxy.active(.listener) {
            if case .listener(let listener) = resource { listeners.append(listener) }
        }
        return listeners.sorted { $0.name < $1.name }.map { listener in
            let socket = listener.address.socketAddress
            let port = proxy.workload.boundPort(listener: listener.name).map(UInt32.init)
            return (listener.name, socket.address, port ?? socket.portValue)
        }
    }

    func listenersText() -> String {
        listenerAddresses().map { "\($0.name)::\($0.host.contains(":") ? "[\($0.host)]" : $0.host):\($0.port)\n" }.joined()
    }

    func listenersJSON() -> String {
        let message = Envoy_Admin_V3_Listeners.with {
            $0.listenerStatuses = listenerAddresses().map { listener in
                .with {
                    $0.name = listener.name
                    $0.localAddress = .socket(host: listener.host, port: listener.port)
                }
            }
        }
        return (try? EnvoyJSON.encode(message, fieldNames: .original, pretty: true)) ?? "{}"
    }
}
