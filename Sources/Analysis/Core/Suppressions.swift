internal import MeshAPI

/// The findings that people don't want to hear of an object:
/// `galley.istio.io/analyze-suppress: IST0107,PTR1001`, or `*` for all.
struct Suppressions {
    static let annotation = "galley.istio.io/analyze-suppress"

    private var codes: [ObjectReference: Set<String>] = [:]

    init(_ objects: [MeshObject]) {
        for object in objects {
            guard let text = object.metadata.annotations[Self.annotation] else { continue }
            let listed = text.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) }
            codes[object.reference, default: []].formUnion(listed)
        }
    }

    func contains(_ finding: Finding) -> Bool {
        guard let listed = codes[finding.resource] else { return false }
        return listed.contains("*") || listed.contains(finding.code.id)
    }
}
