extension ValidationContext {
    /// What a policy is attached to: workloads by label, or objects by name, not both.
    func checkTargets(_ selector: PolicyWorkloadSelector?, _ target: PolicyTargetReference?, _ targets: [PolicyTargetReference]) {
        if [selector != nil, target != nil, !targets.isEmpty].count(where: { $0 }) > 1 {
            error(.invalidTargetReference, "only one of targetRefs or workloadSelector can be set")
        }
        checkSelector("selector", selector)
        if let target { inside("targetRef") { target.validate(self) } }
        each("targetRefs", targets) { _, target in target.validate(self) }
    }
}

extension PolicyTargetReference {
    private static let allowed: Set<String> = [
        "core/Service", "/Service", "networking.istio.io/ServiceEntry", "gateway.networking.k8s.io/Gateway",
        "gateway.networking.k8s.io/GatewayClass",
    ]

    func validate(_ context: ValidationContext) {
        if name.isEmpty { context.inside("name") { context.error(.invalidTargetReference, "targetRef name must be set") } }
        if !namespace.isEmpty {
            context.inside("namespace") {
                context.error(
                    .invalidTargetReference, "targetRef namespace must not be set; cross namespace referencing is not supported")
            }
        }
        if !Self.allowed.contains("\(group)/\(kind)") {
            context.error(
                .invalidTargetReference,
                "targetRef must be to one of [core/v1/Service networking.istio.io/v1/ServiceEntry gateway.networking.k8s.io/v1/Gateway gateway.networking.k8s.io/v1/GatewayClass] but was \(group)/\(kind)")
        }
    }
}
