internal import Foundation
internal import MeshAPI

extension MeshSnapshot {
    /// The entries of a Secret or ConfigMap; nil when there is none.
    public func credential(kind: String, namespace: String, name: String) -> [String: [UInt8]]? {
        guard let object = credentials["\(kind)/\(namespace)/\(name)"] else { return nil }
        let fields = ObjectFields(root: object)
        var entries = fields[kind == "Secret" ? "stringData" : "data"].stringMap.mapValues { Array($0.utf8) }
        guard kind == "Secret" else { return entries }
        for (key, text) in fields["data"].stringMap {
            if let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters) { entries[key] = Array(data) }
        }
        return entries
    }
}
