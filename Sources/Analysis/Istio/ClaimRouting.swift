internal import MeshAPI

/// IST0149: routing by claims of a token that nobody validates.
struct ClaimRouting: AnalysisRule {
    let codes: [FindingCode] = [.claimsWithoutAuthentication]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        for service in mesh.virtualServices {
            guard let (key, path) = Self.claim(service.spec) else { continue }
            for name in service.spec.gateways where name != "mesh" {
                let fullName = name.contains("/") || service.namespace.isEmpty ? name : "\(service.namespace)/\(name)"
                guard let gateway = mesh.gateways.first(where: { $0.fullName == fullName }) else { continue }
                for pod in mesh.pods(selectedBy: gateway.spec.selector) where !Self.isAuthenticated(pod, mesh) {
                    findings.report(
                        .claimsWithoutAuthentication, on: service.object, at: path,
                        "The virtual service uses the JWT claim based routing (key: \(key)) but found no request authentication for the gateway (\(name)) pod (\(pod.name)). The request authentication must first be applied for the gateway pods to validate the JWT token and make the claims available for routing.")
                }
            }
        }
    }

    private static func claim(_ service: VirtualService) -> (key: String, path: String)? {
        for (rule, route) in service.http.enumerated() {
            for (index, match) in route.match.enumerated() {
                for (field, names) in [("headers", match.headers.keys.sorted()), ("withoutHeaders", match.withoutHeaders.keys.sorted())] {
                    if let key = names.first(where: { $0.hasPrefix("@request.auth.claims") }) {
                        return (key, "spec.http[\(rule)].match[\(index)].\(field)[\(key)]")
                    }
                }
            }
        }
        return nil
    }

    private static func isAuthenticated(_ pod: Declared<Pod>, _ mesh: AnalyzedMesh) -> Bool {
        mesh.requestAuthentications.contains { policy in
            (policy.namespace == pod.namespace || policy.namespace == mesh.mesh.rootNamespace)
                && (policy.spec.selector?.matchLabels ?? [:]).isSelector(of: pod.labels)
        }
    }
}
