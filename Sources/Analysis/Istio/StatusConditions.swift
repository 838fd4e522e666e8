internal import MeshAPI

/// IST0171: what controllers say went wrong.
struct StatusConditions: AnalysisRule {
    let codes: [FindingCode] = [.negativeCondition]

    private static let groups: Set<String> = [
        "networking.istio.io", "security.istio.io", "telemetry.istio.io", "gateway.networking.k8s.io", "",
    ]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        for object in mesh.objects where Self.groups.contains(object.group) && (!object.group.isEmpty || object.kind == "Service") {
            let parents = object.status?["parents"]?.array ?? []
            let conditions = (object.status?["conditions"]?.array ?? []) + parents.flatMap { $0["conditions"]?.array ?? [] }
            for condition in conditions {
                let (type, reason) = (condition["type"]?.string ?? "", condition["reason"]?.string ?? "")
                // Others write their own conditions into the same list.
                if type.contains("/"), !type.hasPrefix("istio.io/") { continue }
                guard condition["status"]?.string == "False" || reason == "PartiallyInvalid" else { continue }
                findings.report(
                    .negativeCondition, on: object, at: "status",
                    "A condition with a negative status is present: type=\(type), reason=\(reason), message=\(condition["message"]?.string ?? "").")
            }
        }
    }
}
