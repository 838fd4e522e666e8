internal import MeshAPI
internal import ServiceRegistry

/// PTR1008: wildcard hosts that open more than the names below them.
struct Wildcards: AnalysisRule {
    let codes: [FindingCode] = [.wideWildcard]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        for entry in mesh.serviceEntries where entry.spec.resolution == .none {
            for (index, host) in entry.spec.hosts.enumerated() where Hostname.isWildcard(host) {
                let names = Set(entry.spec.ports.compactMap { port in Self.name(read: port.kind) }).sorted()
                guard !names.isEmpty else { continue }
                findings.report(
                    .wideWildcard, on: entry.object, at: "spec.hosts[\(index)]",
                    "with resolution NONE the connection goes to whatever address the app dialled; only the \(names.joined(separator: " or the ")) is compared with \(host), and the app writes that itself. Any server is open to an app that claims such a name. Write resolution: DYNAMIC_DNS, which looks the name up, or list the hosts")
            }
        }
    }

    /// What of a connection is compared with the host.
    private static func name(read kind: PortProtocol) -> String? {
        if kind.isTLS { return "TLS server name" }
        return kind.isHTTPOrSniffed ? "Host header" : nil
    }
}
