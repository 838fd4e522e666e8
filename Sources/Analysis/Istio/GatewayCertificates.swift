internal import MeshAPI

/// IST0138: gateways of one workload with one certificate; clients then reuse HTTP/2 connections across their hosts.
struct GatewayCertificates: AnalysisRule {
    let codes: [FindingCode] = [.duplicateCertificate]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        for gateway in mesh.gateways {
            for other in mesh.gateways where other.reference != gateway.reference && gateway.spec.selector.isSelector(of: other.spec.selector) {
                let shares = gateway.spec.servers.contains { server in
                    other.spec.servers.contains { Self.haveSameCertificate(server.tls, $0.tls) }
                }
                guard shares else { continue }
                findings.report(
                    .duplicateCertificate, on: gateway.object, at: "metadata.name",
                    "Duplicate certificate in multiple gateways [\(gateway.fullName) \(other.fullName)] may cause 404s if clients re-use HTTP2 connections.")
            }
        }
    }

    private static func haveSameCertificate(_ left: ServerTLSSettings?, _ right: ServerTLSSettings?) -> Bool {
        guard let left, let right else { return false }
        if !left.credentialName.isEmpty || !right.credentialName.isEmpty { return left.credentialName == right.credentialName }
        return !left.serverCertificate.isEmpty && left.serverCertificate == right.serverCertificate && left.privateKey == right.privateKey
    }
}
