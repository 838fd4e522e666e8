internal import MeshAPI
internal import ServiceRegistry

/// PTR1001, PTR1002, PTR1005, PTR1009, PTR1011: TLS that isn't where it was meant.
struct TLSOrigination: AnalysisRule {
    let codes: [FindingCode] = [.httpOnTLSPort, .doubleTLS, .originationToPlainPort, .nameNotVerified, .portSettingsDropTLS]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        let governed = mesh.governedPorts
        checkPlainPorts(governed, mesh, &findings)
        let routed = Self.routedHosts(mesh)
        for port in governed where port.tls?.originates == true { check(port, routed: routed, &findings) }
        let named = Set(governed.filter { !$0.entry.spec.subjectAltNames.isEmpty }.map(\.rule.reference))
        for rule in mesh.destinationRules {
            checkNames(rule, isNamed: named.contains(rule.reference), &findings)
            checkPortSettings(rule, &findings)
        }
    }

    private func checkPlainPorts(_ governed: [GovernedPort], _ mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        let originated = Set(governed.filter { $0.tls?.originates == true }.map { PortKey($0.entry.reference, $0.port.number) })
        for entry in mesh.serviceEntries {
            for (index, port) in entry.spec.ports.enumerated() where port.number == 443 && port.kind.isHTTP {
                if originated.contains(PortKey(entry.reference, 443)) { continue }
                findings.report(
                    .httpOnTLSPort, on: entry.object, at: "spec.ports[\(index)].protocol",
                    "port 443 is declared as \(port.protocol.isEmpty ? port.name : port.protocol), but apps that dial 443 speak TLS, which isn't HTTP to the proxy: their connections fail. Write protocol: HTTPS or TLS; or, when apps shall send plain HTTP, declare port 80 with targetPort: 443 and a DestinationRule with tls.mode: SIMPLE")
            }
        }
    }

    private struct PortKey: Hashable {
        let entry: ObjectReference
        let number: UInt32

        init(_ entry: ObjectReference, _ number: UInt32) {
            self.entry = entry
            self.number = number
        }
    }

    /// The hosts and ports that HTTP routes lead to; port 0 where a route says none.
    private static func routedHosts(_ mesh: AnalyzedMesh) -> [String: Set<UInt32>] {
        var routed: [String: Set<UInt32>] = [:]
        for target in mesh.virtualServices.lazy.flatMap(\.spec.routeTargets) where target.httpRule != nil {
            guard let destination = target.destination else { continue }
            routed[destination.host, default: []].insert(destination.port?.number ?? 0)
        }
        return routed
    }

    private func check(_ governed: GovernedPort, routed: [String: Set<UInt32>], _ findings: inout FindingCollector) {
        let (port, host) = (governed.port, governed.host)
        if port.kind.isTLS {
            let isRouted = routed[host].map { $0.contains(port.number) || $0.contains(0) } ?? false
            let path = governed.rule.spec.trafficPolicy?.portLevelSettings.firstIndex { $0.port?.number == port.number }
                .map { "spec.trafficPolicy.portLevelSettings[\($0)].tls" } ?? "spec.trafficPolicy.tls"
            let advice = isRouted
                ? "HTTP routes to the port are fine; apps that dial https://\(host) themselves get TLS inside TLS (\"wrong version number\"). Keep the port for one of the two"
                : "apps speak TLS on it already, so the server gets TLS inside TLS (\"wrong version number\"). Declare a port with protocol: HTTP, such as 80 with targetPort: \(port.number), or leave tls out"
            findings.report(
                .doubleTLS, on: governed.rule.object, at: path, severity: isRouted ? .info : .warning,
                "TLS is originated on port \(port.number) of \(host), which \(governed.entry.reference) declares as \(port.kind.rawValue): \(advice)")
        }
        if port.kind.isHTTP, port.number == 80, port.targetPort == 0, !hasOtherPort(governed) {
            findings.report(
                .originationToPlainPort, on: governed.entry.object, at: "spec.ports[\(governed.index)]",
                "\(governed.rule.reference) originates TLS for \(host), but port 80 has no targetPort, so that the TLS handshake goes to port 80 of the server. Write targetPort: 443")
        }
    }

    /// Whether the endpoints serve the port elsewhere than on 80.
    private func hasOtherPort(_ governed: GovernedPort) -> Bool {
        governed.entry.spec.endpoints.contains { ($0.ports[governed.port.name] ?? 80) != 80 }
    }

    private func checkNames(_ rule: Declared<DestinationRule>, isNamed: Bool, _ findings: inout FindingCollector) {
        for (settings, path) in rule.spec.allTLSSettings where settings.originates {
            guard !settings.sni.isEmpty, settings.subjectAltNames.isEmpty, settings.insecureSkipVerify != true, !isNamed else { continue }
            findings.report(
                .nameNotVerified, on: rule.object, at: path + ".sni",
                "an explicit sni without subjectAltNames means that any certificate of a trusted authority is accepted, whatever its name. Leave sni out, or write subjectAltNames: [\(settings.sni)]")
        }
    }

    private func checkPortSettings(_ rule: Declared<DestinationRule>, _ findings: inout FindingCollector) {
        guard let policy = rule.spec.trafficPolicy, let tls = policy.tls, tls.mode != .disable else { return }
        for (index, settings) in policy.portLevelSettings.enumerated() where settings.tls == nil {
            findings.report(
                .portSettingsDropTLS, on: rule.object, at: "spec.trafficPolicy.portLevelSettings[\(index)]",
                "the settings of port \(settings.port?.number ?? 0) replace all of trafficPolicy, so that the port has no TLS although trafficPolicy.tls says \(tls.mode.rawValue). Repeat tls there, or write tls: {mode: DISABLE} when that is meant")
        }
    }
}

extension DestinationRule {
    /// All TLS settings with their paths.
    var allTLSSettings: [(settings: ClientTLSSettings, path: String)] {
        var found = Self.settings(of: trafficPolicy, "spec.trafficPolicy")
        for (index, subset) in subsets.enumerated() { found += Self.settings(of: subset.trafficPolicy, "spec.subsets[\(index)].trafficPolicy") }
        return found
    }

    private static func settings(of policy: TrafficPolicy?, _ path: String) -> [(settings: ClientTLSSettings, path: String)] {
        var found: [(settings: ClientTLSSettings, path: String)] = []
        if let tls = policy?.tls { found.append((tls, path + ".tls")) }
        for (index, port) in (policy?.portLevelSettings ?? []).enumerated() {
            if let tls = port.tls { found.append((tls, "\(path).portLevelSettings[\(index)].tls")) }
        }
        return found
    }
}
