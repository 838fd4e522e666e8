/// Judges objects by the rules that Istio's admission webhook and schemas apply.
public enum Validator {
    /// Everything that is wrong with an object.
    ///
    /// - Returns: Errors, for which the object is refused, and warnings; empty when the object is fine.
    public static func validate(_ object: MeshObject) -> [Violation] {
        let context = ValidationContext(object: object.reference, source: object.source)
        MetadataRules.check(object, context)
        context.inside("spec") {
            check(object.spec, object.metadata, context)
            if object.group.hasSuffix("istio.io") { context.checkEffect(of: object.spec, kind: object.kind) }
        }
        return context.violations
    }

    private static func check(_ spec: ObjectSpec, _ metadata: ObjectMeta, _ context: ValidationContext) {
        switch spec {
        case .serviceEntry(let spec): check(spec, metadata, context)
        case .workloadEntry(let spec): check(spec, metadata, context)
        case .workloadGroup(let spec): check(spec, metadata, context)
        case .virtualService(let spec): check(spec, metadata, context)
        case .destinationRule(let spec): check(spec, metadata, context)
        case .sidecar(let spec): check(spec, metadata, context)
        case .gateway(let spec): check(spec, metadata, context)
        case .proxyConfig(let spec): check(spec, metadata, context)
        case .authorizationPolicy(let spec): check(spec, metadata, context)
        case .peerAuthentication(let spec): check(spec, metadata, context)
        case .requestAuthentication(let spec): check(spec, metadata, context)
        case .telemetry(let spec): check(spec, metadata, context)
        case .destination(let spec): check(spec, metadata, context)
        case .virtualMesh(let spec): check(spec, metadata, context)
        case .mesh(let spec): check(spec, metadata, context)
        case .trafficPolicy(let spec): check(spec, metadata, context)
        case .accessPolicy(let spec): check(spec, metadata, context)
        case .workload, .settings, .kubernetesCluster, .service, .endpointSlice, .pod, .namespace, .secret, .configMap, .unknown: break
        }
    }

    private static func check<Message: ValidatedMessage>(_ message: Message, _ metadata: ObjectMeta, _ context: ValidationContext) {
        message.check(.none, context)
        message.validate(metadata, context)
    }
}

/// A kind that has rules beyond its schema.
protocol ValidatedMessage: ConfigFields {
    func validate(_ metadata: ObjectMeta, _ context: ValidationContext)
}
