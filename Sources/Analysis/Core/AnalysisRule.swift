internal import MeshAPI

/// One question asked of all objects together.
protocol AnalysisRule: Sendable {
    /// The codes of its findings.
    var codes: [FindingCode] { get }

    /// Looks at the mesh and reports what is doubtful.
    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector)
}

/// Takes findings, each once.
struct FindingCollector {
    private(set) var findings: [Finding] = []
    private var seen: Set<Finding> = []

    mutating func report(
        _ code: FindingCode, on object: MeshObject, at path: String = "", severity: Finding.Severity? = nil, _ message: String
    ) {
        add(
            Finding(
                code, severity: severity, resource: object.reference, path: path, message: message,
                location: object.location(of: path)))
    }

    mutating func add(_ finding: Finding) {
        if seen.insert(finding).inserted { findings.append(finding) }
    }
}
