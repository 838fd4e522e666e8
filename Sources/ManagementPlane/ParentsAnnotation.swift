internal import MeshAPI

/// The annotation that says which objects another was made from, as Gloo Mesh
/// writes it.
enum ParentsAnnotation {
    static let key = "parents.networking.mesh.gloo.solo.io"

    /// - Parameter parents: In the order to keep; duplicates are dropped.
    /// - Returns: A compact JSON object: group, version and kind in the notation
    ///   of Go's `GroupVersionKind`, sorted, with names and namespaces.
    static func value(_ parents: [MeshObject]) -> String {
        var groups: [String: [String]] = [:]
        for parent in parents {
            let key = "\(parent.apiVersion), Kind=\(parent.kind)"
            let name = ConfigValue.jsonLiteral(parent.metadata.name)
            let namespace = ConfigValue.jsonLiteral(parent.metadata.namespace)
            let item = parent.metadata.namespace.isEmpty ? "{\"name\":\(name)}" : "{\"name\":\(name),\"namespace\":\(namespace)}"
            if groups[key]?.contains(item) != true { groups[key, default: []].append(item) }
        }
        let pairs = groups.sorted { $0.key < $1.key }.map { "\(ConfigValue.jsonLiteral($0.key)):[\($0.value.joined(separator: ","))]" }
        return "{\(pairs.joined(separator: ","))}"
    }
}
