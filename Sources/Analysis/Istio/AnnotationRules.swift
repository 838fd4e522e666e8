internal import MeshAPI

/// IST0107, IST0108, IST0125, IST0135: annotations of Istio on Kubernetes' own kinds.
struct AnnotationPlaces: AnalysisRule {
    let codes: [FindingCode] = [.misplacedAnnotation, .unknownAnnotation, .invalidAnnotation, .deprecatedAnnotation]

    private static let successors = ["sidecar.istio.io/inject": " in favor of the \"sidecar.istio.io/inject\" label"]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        for object in mesh.objects where AnnotationDefinition.kinds.contains(object.kind) {
            for (name, value) in object.metadata.annotations.sorted(by: { $0.key < $1.key }) where AnnotationDefinition.isIstio(name) {
                check(name, value, object, &findings)
            }
        }
    }

    private func check(_ name: String, _ value: String, _ object: MeshObject, _ findings: inout FindingCollector) {
        let path = "metadata.annotations[\(name)]"
        guard let definition = AnnotationDefinition.named[name] else {
            findings.report(.unknownAnnotation, on: object, at: path, "Unknown annotation: \(name)")
            return
        }
        if definition.isDeprecated {
            let successor = Self.successors[name] ?? ""
            findings.report(
                .deprecatedAnnotation, on: object, at: path,
                "Annotation \"\(name)\" has been deprecated\(successor) and may not work in future Istio versions.")
        }
        guard !definition.places.isEmpty else { return }
        guard definition.places.contains(object.kind) else {
            let places = definition.places.joined(separator: ", ")
            findings.report(.misplacedAnnotation, on: object, at: path, "Misplaced annotation: \(name) can only be applied to \(places)")
            return
        }
        if let problem = definition.problem(value) {
            findings.report(.invalidAnnotation, on: object, at: path, "Invalid annotation \(name): \(problem)")
        }
    }
}

/// IST0136: annotations of unfinished features.
struct AnnotationPhases: AnalysisRule {
    let codes: [FindingCode] = [.alphaAnnotation]

    /// Annotations that Istio's own CNI plugin writes into every pod.
    private static let writtenByPlugin: Set<String> = [
        "sidecar.istio.io/interceptionMode", "traffic.sidecar.istio.io/excludeInboundPorts",
        "traffic.sidecar.istio.io/includeInboundPorts", "traffic.sidecar.istio.io/includeOutboundIPRanges",
    ]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        for object in mesh.objects where AnnotationDefinition.kinds.contains(object.kind) {
            for name in object.metadata.annotations.keys.sorted() {
                guard let definition = AnnotationDefinition.named[name], definition.isAlpha else { continue }
                if Self.writtenByPlugin.contains(name), hasPlugin(object) { continue }
                findings.report(
                    .alphaAnnotation, on: object, at: "metadata.annotations[\(name)]",
                    "Annotation \"\(name)\" is part of an alpha-phase feature and may be incompletely supported.")
            }
        }
    }

    private func hasPlugin(_ object: MeshObject) -> Bool {
        let containers = object.value["spec"]?["initContainers"]?.array ?? []
        return containers.contains { $0["name"]?.string == "istio-validation" }
    }
}
