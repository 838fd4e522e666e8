internal import MeshAPI
internal import ServiceRegistry

/// PTR1010: credentials that sidecars don't read.
struct ClientCredentials: AnalysisRule {
    let codes: [FindingCode] = [.credentialIgnored]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        for rule in mesh.destinationRules where rule.spec.workloadSelector == nil {
            let credentials = rule.spec.allTLSSettings.filter { $0.settings.originates && !$0.settings.credentialName.isEmpty }
            if credentials.isEmpty || isUsedByGateway(rule, mesh) { continue }
            for (settings, path) in credentials {
                findings.report(
                    .credentialIgnored, on: rule.object, at: path + ".credentialName",
                    "sidecars read credentialName \(settings.credentialName) only in rules with a workloadSelector; without one they send plaintext to \(rule.spec.host). Add workloadSelector: {matchLabels: ...}, or name mounted files with caCertificates, clientCertificate and privateKey")
            }
        }
    }

    /// Gateways read credentials always.
    private func isUsedByGateway(_ rule: Declared<DestinationRule>, _ mesh: AnalyzedMesh) -> Bool {
        mesh.virtualServices.contains { service in
            service.spec.gateways.contains { $0 != "mesh" }
                && service.spec.routeTargets.contains { Hostname.matches($0.destination?.host ?? "", rule.spec.host) }
        }
    }
}
