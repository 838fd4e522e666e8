public import MeshAPI

/// A `Telemetry` object: what some proxies report.
public struct TelemetryObject: Sendable {
    /// Who it is.
    public let reference: ObjectReference
    /// Labels of the proxies it is for; empty for all.
    public let selector: [String: String]
    /// Names of Kubernetes Gateways whose proxies it is for.
    public let gateways: [String]
    /// Whether it is for everything in its namespace.
    public let isForWholeNamespace: Bool
    /// What is asked.
    public let spec: Telemetry

    init(_ object: MeshObject, _ spec: Telemetry) {
        reference = object.reference
        self.spec = spec
        selector = spec.selector?.matchLabels ?? [:]
        let targets = spec.targetRefs + [spec.targetRef].compactMap { $0 }
        gateways = targets.filter { $0.group == "gateway.networking.k8s.io" && $0.kind == "Gateway" }.map(\.name)
        isForWholeNamespace = selector.isEmpty && targets.isEmpty
    }
}
