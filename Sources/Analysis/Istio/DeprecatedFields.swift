internal import MeshAPI

/// IST0002: fields with a successor, and fields that no longer do anything.
struct DeprecatedFields: AnalysisRule {
    let codes: [FindingCode] = [.deprecatedField]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        for service in mesh.virtualServices {
            for (index, route) in service.spec.http.enumerated() where (route.fault?.delay?.percent ?? 0) > 0 {
                findings.report(
                    .deprecatedField, on: service.object, at: "spec.http[\(index)].fault.delay.percent",
                    "Deprecated: HTTPRoute.fault.delay.percent is deprecated; use HTTPRoute.fault.delay.percentage")
            }
        }
        for sidecar in mesh.sidecars where sidecar.spec.outboundTrafficPolicy?.egressProxy != nil {
            findings.report(
                .deprecatedField, on: sidecar.object, at: "spec.outboundTrafficPolicy.egressProxy",
                "Deprecated: OutboundTrafficPolicy.EgressProxy ignored")
        }
    }
}
