internal import MeshAPI
internal import ServiceRegistry

/// PTR1014, PTR1017: names that requests don't arrive under.
struct HostNames: AnalysisRule {
    let codes: [FindingCode] = [.upperCaseHost, .nameNeedsDNSCapture]

    /// Ends of names that public DNS doesn't have, or that nobody is likely to own.
    private static let privateEnds: Set<String> = [
        "test", "example", "invalid", "localhost", "internal", "lan", "home", "corp", "private", "intranet", "mesh", "global", "external",
    ]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        for entry in mesh.serviceEntries {
            checkCapitals(entry.spec.hosts, entry.object, &findings)
            if !mesh.capturesDNSEverywhere { checkInvented(entry, &findings) }
        }
        for service in mesh.virtualServices { checkCapitals(service.spec.hosts, service.object, &findings) }
        for rule in mesh.destinationRules where Self.hasCapitals(rule.spec.host) { report(rule.spec.host, rule.object, "spec.host", &findings) }
    }

    private func checkCapitals(_ hosts: [String], _ object: MeshObject, _ findings: inout FindingCollector) {
        for (index, host) in hosts.enumerated() where Self.hasCapitals(host) { report(host, object, "spec.hosts[\(index)]", &findings) }
    }

    private static func hasCapitals(_ host: String) -> Bool { host.utf8.contains { (0x41...0x5A).contains($0) } }

    private func report(_ host: String, _ object: MeshObject, _ path: String, _ findings: inout FindingCollector) {
        findings.report(
            .upperCaseHost, on: object, at: path,
            "\(host) has capitals: hosts of other objects, server names and certificates are compared letter by letter and never match it. Write \(host.lowercased())")
    }

    private func checkInvented(_ entry: Declared<ServiceEntry>, _ findings: inout FindingCollector) {
        for (index, host) in entry.spec.hosts.enumerated() where !Hostname.isWildcard(host) {
            let labels = host.split(separator: ".")
            guard labels.count == 1 || labels.last.map({ Self.privateEnds.contains($0.lowercased()) }) == true else { continue }
            findings.report(
                .nameNeedsDNSCapture, on: entry.object, at: "spec.hosts[\(index)]",
                "\(host) looks made up: public DNS won't know it, so only apps whose DNS the mesh answers can resolve it. Apps run by petrel have that; in a cluster set ISTIO_META_DNS_CAPTURE: \"true\" in meshConfig.defaultConfig.proxyMetadata")
        }
    }
}
