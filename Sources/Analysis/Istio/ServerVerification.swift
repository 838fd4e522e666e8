internal import MeshAPI

/// IST0128, IST0129: TLS origination that names no certificates to trust.
struct ServerVerification: AnalysisRule {
    let codes: [FindingCode] = [.noServerVerification, .noServerVerificationAtPort]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        for rule in mesh.destinationRules {
            guard let policy = rule.spec.trafficPolicy else { continue }
            if let mode = mode(policy.tls, rule.spec) {
                findings.report(
                    .noServerVerification, on: rule.object, at: "spec.trafficPolicy.tls.caCertificates", text(rule, mode))
            }
            for (index, settings) in policy.portLevelSettings.enumerated() {
                guard let mode = mode(settings.tls, rule.spec) else { continue }
                findings.report(
                    .noServerVerificationAtPort, on: rule.object, at: "spec.trafficPolicy.portLevelSettings[\(index)].tls.caCertificates",
                    text(rule, mode) + " at port number:\(settings.port?.number ?? 0)")
            }
        }
    }

    /// The mode, when the settings name nothing to verify by.
    private func mode(_ tls: ClientTLSSettings?, _ rule: DestinationRule) -> String? {
        guard let tls, tls.mode == .simple || tls.mode == .mutual, tls.caCertificates.isEmpty, tls.insecureSkipVerify != true else { return nil }
        // Sidecars honour a credential in rules with a selector only.
        if !tls.credentialName.isEmpty, rule.workloadSelector != nil { return nil }
        return tls.mode.rawValue
    }

    private func text(_ rule: Declared<DestinationRule>, _ mode: String) -> String {
        "DestinationRule \(rule.fullName) in namespace \(rule.namespace) has TLS mode set to \(mode) but no caCertificates are set to validate server identity for host: \(rule.spec.host)"
    }
}
