internal import MeshAPI
internal import ServiceRegistry

extension DestinationRule {
    /// The TLS settings that hold for a port: those of the port replace the rule's altogether.
    func tls(port: UInt32) -> ClientTLSSettings? {
        let own = trafficPolicy?.portLevelSettings.first { $0.port?.number == port }
        return own.map(\.tls) ?? trafficPolicy?.tls
    }
}

extension ClientTLSSettings {
    /// Whether the proxy begins TLS with a server outside the mesh.
    var originates: Bool { mode == .simple || mode == .mutual }
}

extension ServiceEntry.ServicePort {
    /// The protocol as the registry reads it.
    var kind: PortProtocol { PortProtocol(declared: `protocol`, portName: name) }
}

/// One port of a ServiceEntry with a DestinationRule that covers one of its hosts.
struct GovernedPort {
    let rule: Declared<DestinationRule>
    let entry: Declared<ServiceEntry>
    let host: String
    let index: Int

    var port: ServiceEntry.ServicePort { entry.spec.ports[index] }
    var tls: ClientTLSSettings? { rule.spec.tls(port: port.number) }
}

extension AnalyzedMesh {
    /// Every port of a ServiceEntry with each rule that covers it.
    var governedPorts: [GovernedPort] {
        var entriesByHost: HostIndex<[(Int, String)]> = HostIndex()
        for (index, entry) in serviceEntries.enumerated() {
            for host in entry.spec.hosts { entriesByHost[host, default: []].append((index, host)) }
        }
        var governed: [GovernedPort] = []
        for rule in destinationRules {
            let host = Hostname.expand(rule.spec.host, namespace: rule.namespace, domain: "cluster.local")
            let found = (entriesByHost[host] ?? []) + (Hostname.isWildcard(host) ? entriesByHost.covered(by: host).joined().filter { $0.1 != host } : [])
            for (index, name) in found {
                let entry = serviceEntries[index]
                for port in entry.spec.ports.indices { governed.append(GovernedPort(rule: rule, entry: entry, host: name, index: port)) }
            }
        }
        return governed
    }
}
