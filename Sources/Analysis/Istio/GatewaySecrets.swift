internal import Foundation
internal import MeshAPI

/// IST0101 (credentialName), IST0161: the secrets of gateways.
struct GatewaySecrets: AnalysisRule {
    let codes: [FindingCode] = [.referenceNotFound, .invalidGatewayCredential]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        for gateway in mesh.gateways {
            // A gateway without workload is another finding.
            guard let namespace = mesh.pods(selectedBy: gateway.spec.selector).first?.namespace else { continue }
            for (index, server) in gateway.spec.servers.enumerated() {
                guard let name = server.tls?.credentialName, !name.isEmpty else { continue }
                let path = "spec.servers[\(index)].tls.credentialName"
                guard let secret = mesh.secrets.first(where: { $0.namespace == namespace && $0.name == name }) else {
                    findings.report(.referenceNotFound, on: gateway.object, at: path, "Referenced credentialName not found: \"\(name)\"")
                    continue
                }
                if TLSCredential(secret.spec)?.isUsable(at: Date()) != true {
                    findings.report(
                        .invalidGatewayCredential, on: gateway.object, at: path,
                        "The credential referenced by the Gateway \(gateway.name) in namespace \(namespace) is invalid, which can cause the traffic not to work as expected.")
                }
            }
        }
    }
}
