internal import MeshAPI
internal import ServiceRegistry

/// IST0118, IST0150: ports of Kubernetes Services whose protocol nobody says.
struct ServicePortNames: AnalysisRule {
    let codes: [FindingCode] = [.portNameConvention, .externalNamePortName]

    private static let systemNamespaces: Set<String> = ["kube-system", "kube-public", "kube-node-lease", "local-path-storage", "istio-system"]
    /// SMTP, DNS, MySQL and MongoDB: never anything but TCP.
    private static let wellKnown: Set<UInt32> = [25, 53, 3306, 27017]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        for service in mesh.services where !Self.systemNamespaces.contains(service.namespace) && !Self.isControlPlane(service) {
            let isAlias = service.spec.type == "ExternalName"
            for (index, port) in service.spec.ports.enumerated() where !Self.isKnown(port) || (isAlias && port.name == "tcp") {
                let path = "spec.ports[\(index)]"
                if isAlias {
                    findings.report(
                        .externalNamePortName, on: service.object, at: path,
                        "Port name for ExternalName service is invalid. Proxy may prevent tcp named ports and unmatched traffic for ports serving TCP protocol from being forwarded correctly")
                } else {
                    findings.report(
                        .portNameConvention, on: service.object, at: path,
                        "Port name \(port.name) (port: \(port.port), targetPort: \(Self.text(port.targetPort))) doesn't follow the naming convention of Istio port.")
                }
            }
        }
    }

    private static func isControlPlane(_ service: Declared<KubernetesService>) -> Bool {
        service.labels["istio"] != nil || service.labels["release"] == "istio"
    }

    private static func isKnown(_ port: KubernetesService.Port) -> Bool {
        if port.protocol == "UDP" { return true }
        var word = port.name
        switch port.appProtocol {
        case "": break
        case "kubernetes.io/h2c": word = "http2"
        case "kubernetes.io/ws": word = "http"
        case "kubernetes.io/wss": word = "https"
        default: word = port.appProtocol
        }
        return PortProtocol(declared: "", portName: word) != .unsupported || wellKnown.contains(port.port)
    }

    private static func text(_ port: IntegerOrString?) -> String {
        switch port {
        case .integer(let number)?: String(number)
        case .string(let name)?: name
        case nil: "0"
        }
    }
}
